console.log("before");
interface Unused { a: string }
const reason: string = "the reason 42";
throw new Error(reason);
