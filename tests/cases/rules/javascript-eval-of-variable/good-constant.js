const globalObject = new Function('return this')();
const answer = eval('6 * 7');

function evaluate(node) {
  switch (node.type) {
    case 'number':
      return Number(node.value);
    default:
      return evaluate(node.left) + evaluate(node.right);
  }
}

module.exports = { globalObject, answer, evaluate };
