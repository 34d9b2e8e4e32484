function evaluate(text) {
  return text.length;
}
const myeval = evaluate, evaluation = evaluate("abc");
console.log(myeval("x"), evaluation);
