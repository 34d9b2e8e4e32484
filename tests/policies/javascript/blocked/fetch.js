// rule: javascript-remote
fetch("https://example.org").then((response) => console.log(response.status));
