/* The other unit of values.c: a static of the same name, the definition of a struct and of an array declared there. */
struct opaque {
  int revealed;
  const char *why;
};
struct opaque opaque_object = {1, "completed in another unit"};
static int shared_name = 200;
int defined_elsewhere[3] = {7, 8, 9};
static struct point {
  double x, y;
} other_point = {0.5, 0.25};

int other_file(void) {
  static int calls = 30;
  return shared_name + calls++ + (int)other_point.x;
}
