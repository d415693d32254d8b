/* Names with letters beyond ASCII, and a dollar. */
struct größe {
    int ä;
    char *$d;
} größe = { 3, "x" };

int main(void)
{
    return größe.ä;
}
