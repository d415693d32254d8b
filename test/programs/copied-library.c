/* Variables that a program which is not position-independent has copies of. */
struct thing { int weight; const char *label; };

static struct thing things[2] = { { 1, "one" }, { 2, "two" } };
int shared_counter = 10;
struct thing *shared_thing;

void count(void)
{
    shared_counter++;
    shared_thing = &things[1];
}
