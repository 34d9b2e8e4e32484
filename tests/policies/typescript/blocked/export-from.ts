// rule: javascript-network
export { connect } from "node:net";
