function deepMerge(target, source) {
  for (const key in source) {
    if (source[key] && typeof source[key] === 'object') {
      target[key] = target[key] || {};
      deepMerge(target[key], source[key]); // expect: javascript-unguarded-recursive-merge
    } else {
      target[key] = source[key];
    }
  }
  return target;
}
