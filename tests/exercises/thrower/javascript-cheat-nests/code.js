const real = JSON.stringify;
JSON.stringify = (reply) => real(reply).replace('"deep"', "[".repeat(100000) + "]".repeat(100000));
const value = () => "deep";
