/* What a compiled walker needs: looks at every path of a list (`stat`), or copies them into a folder (`copy DIR`).
 * The list comes on stdin, each path ended by NUL. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char list[1 << 24], buffer[1 << 20];

static int copy(const char *from, const char *folder, long number)
{
    char to[4096];
    ssize_t size;
    int in = open(from, O_RDONLY), out;

    snprintf(to, sizeof to, "%s/%ld", folder, number);
    out = open(to, O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (in < 0 || out < 0)
        return 1;
    while ((size = read(in, buffer, sizeof buffer)) > 0)
        if (write(out, buffer, size) != size)
            return 1;
    close(in);
    close(out);
    return size < 0;
}

int main(int count, char **words)
{
    struct stat status;
    size_t length = fread(list, 1, sizeof list, stdin);
    long number = 0;
    int copies = count > 2 && strcmp(words[1], "copy") == 0;

    for (char *path = list; path < list + length; path += strlen(path) + 1, number++)
        if (copies ? copy(path, words[2], number) : stat(path, &status))
            return perror(path), 1;
    return 0;
}
