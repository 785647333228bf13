export const createSessionId = (): string => Date.now() + '-' + Math.random().toString(16); // expect: javascript-weak-random-token
