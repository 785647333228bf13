function calculate(expression) {
  return eval(expression); // expect: javascript-eval-of-variable
}

const compile = (body) => new Function('row', 'return ' + body); // expect: javascript-eval-of-variable

console.log(eval(process.argv[2])); // expect: javascript-eval-of-variable
module.exports = { calculate, compile };
