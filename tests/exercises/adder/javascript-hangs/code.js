const add = () => new Promise(() => {});
