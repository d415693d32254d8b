struct item { int *value; int more; };
struct item first_item;
int main(void) { return first_item.more; }
