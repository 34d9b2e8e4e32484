console.log("before");
throw new Error("the reason 42");
