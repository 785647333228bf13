"""The trees under judgement: git objects, index, working tree, units."""
