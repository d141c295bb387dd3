/* Files below the game directory: plain relative paths only, regular files only. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char game[64] = "left4dead2";

bool files_set_game(const char *name) {
    if (!*name || *name == '.' || strchr(name, '/') || strlen(name) >= sizeof game) {
        return false;
    }
    snprintf(game, sizeof game, "%s", name);
    return true;
}

const char *files_game(void) { return game; }

static bool plain(const char *path) {
    if (!*path || *path == '/' || strchr(path, '\\')) {
        return false;
    }
    for (const char *part = path; part; part = strchr(part, '/')) {
        part += *part == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0')) {
            return false;
        }
    }
    return true;
}

static int full_path(const char *path, char full[PATH_MAX]) {
    if (!plain(path)) {
        return -EINVAL;
    }
    int length = snprintf(full, PATH_MAX, "%s/%s", game, path);
    return length < PATH_MAX ? 0 : -ENAMETOOLONG;
}

int files_read(const char *path, Text *into) {
    char full[PATH_MAX], block[8192];
    struct stat info;
    int err = full_path(path, full);
    if (err < 0) {
        return err;
    }
    int fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return -errno;
    }
    if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode)) {
        close(fd);
        return -EISDIR;
    }
    ssize_t count;
    while ((count = read(fd, block, sizeof block)) > 0 && text_add(into, block, (size_t)count)) {
    }
    err = count < 0 ? -errno : 0;
    close(fd);
    return err;
}

int files_write(const char *path, const char *content) {
    char full[PATH_MAX];
    int err = full_path(path, full);
    if (err < 0) {
        return err;
    }
    int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) {
        return -errno;
    }
    err = write(fd, content, strlen(content)) < 0 ? -errno : 0;
    close(fd);
    return err;
}

bool files_exist(const char *path) {
    char full[PATH_MAX];
    return full_path(path, full) == 0 && access(full, F_OK) == 0;
}
