/* The other unit of every-type.c: a definition of what that one declares, and a second variable of one name. */
struct forward {
  int value;
  struct forward *next;
};
struct forward g_forward;
static int same_name = 9;

int other_unit(void) { return same_name; }
