/* What threads.c loads while it runs. */
int late = 42;
int *late_pointer = &late;
