// rule: javascript-network
import "http";
console.log("loaded");
