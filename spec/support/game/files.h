/* Files of the game directory, as the merged tree shows them. */
#ifndef STANDIN_FILES_H
#define STANDIN_FILES_H

#include <stdbool.h>

#include "text.h"

/* The game directory below the working directory, from -game. False when the name is no plain one.
 */
bool files_set_game(const char *name);
const char *files_game(void);
/* Read a regular file below the game directory; negative errno. Over the text's limit it is cut. */
int files_read(const char *path, Text *into);
int files_write(const char *path, const char *content);
bool files_exist(const char *path);

#endif
