import { useState } from 'react';

export function evaluate(formula: string): number {
  return eval(formula); // expect: javascript-eval-of-variable
}

export function Calculator() {
  const [value, setValue] = useState('0');
  return <button onClick={() => setValue(String(evaluate(value)))}>{value}</button>;
}
