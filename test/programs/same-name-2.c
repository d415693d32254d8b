struct item { char *value; int more; };
struct item second_item;
