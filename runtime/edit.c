/* host.edit: lines from a terminal through libedit, with history, completion, an interrupt. */
#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "border.h"
#include "scope.h"
#include "state.h"

#define EDITOR "host.edit"

enum { HISTORY_SIZE = 1000 };

typedef struct Editor {
    EditLine *el;
    History *history;
    char *history_file; /* may be NULL */
    char prompt[64];
    int interrupt_fd; /* readable: the user pressed Ctrl-C; -1 when nobody watches */
    bool interrupted;
    lua_State *L; /* while reading: for the completion */
} Editor;

#ifdef __SANITIZE_ADDRESS__
/* terminfo forgets a string of each terminal it looked up before. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:_nc_trim_sgr0\n"; }
#endif

/* ---- the engine ---- */

static char *prompt_of(EditLine *el) {
    static char none[] = "";
    Editor *editor = NULL;
    el_get(el, EL_CLIENTDATA, &editor);
    return editor ? editor->prompt : none;
}

/* Waits for a byte of input or the interrupt: 1, 0 at the end, or -1 with errno. */
static int read_byte(Editor *editor, char *byte) {
    struct pollfd fds[] = {{.fd = 0, .events = POLLIN},
                           {.fd = editor->interrupt_fd, .events = POLLIN}};
    for (;;) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR) return -1;
        if (fds[1].revents) {
            editor->interrupted = true;
            errno = EINTR;
            return -1;
        }
        if (!fds[0].revents) continue;
        ssize_t got = read(0, byte, 1);
        if (got >= 0 || errno != EINTR) return (int)got;
    }
}

static int read_char(EditLine *el, wchar_t *character) {
    Editor *editor = NULL;
    el_get(el, EL_CLIENTDATA, &editor);
    mbstate_t state = {0};
    for (;;) {
        char byte = 0;
        int got = read_byte(editor, &byte);
        if (got <= 0) return got;
        size_t used = mbrtowc(character, &byte, 1, &state);
        if (used == (size_t)-2) continue;
        if (used == (size_t)-1) *character = L'?';
        return 1;
    }
}

static unsigned char complete(EditLine *el, int key);

static void load_history(Editor *editor) {
    HistEvent event;
    history(editor->history, &event, H_SETSIZE, HISTORY_SIZE);
    history(editor->history, &event, H_SETUNIQUE, 1);
    if (editor->history_file) history(editor->history, &event, H_LOAD, editor->history_file);
    el_set(editor->el, EL_HIST, history, editor->history);
}

static void editor_free(Editor *editor) {
    if (editor->history) history_end(editor->history);
    if (editor->el) el_end(editor->el);
    free(editor->history_file);
    free(editor);
}

static int editor_new(const char *prompt, const char *history_file, int interrupt_fd,
                      Editor **ret_editor) {
    Editor *editor = calloc(1, sizeof *editor);
    if (!editor) return -ENOMEM;
    setlocale(LC_CTYPE, "C.UTF-8");
    snprintf(editor->prompt, sizeof editor->prompt, "%s", prompt);
    editor->interrupt_fd = interrupt_fd;
    editor->history_file = history_file ? strdup(history_file) : NULL;
    editor->el = el_init("left4me", stdin, stdout, stderr);
    editor->history = history_init();
    if (!editor->el || !editor->history || (history_file && !editor->history_file)) {
        editor_free(editor);
        return -ENOMEM;
    }
    el_set(editor->el, EL_CLIENTDATA, editor);
    el_set(editor->el, EL_EDITOR, "emacs");
    el_set(editor->el, EL_PROMPT, prompt_of);
    el_set(editor->el, EL_GETCFN, read_char);
    /* The wide form: the narrow one leaks its strings. */
    el_wset(editor->el, EL_ADDFN, L"complete", L"Complete the word", complete);
    el_set(editor->el, EL_BIND, "^I", "complete", NULL);
    load_history(editor);
    *ret_editor = editor;
    return 0;
}

/* A new file is for its owner only. */
static void save_history(const Editor *editor) {
    if (!editor->history_file) return;
    scoped_fd int fd = open(editor->history_file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return;
    HistEvent event;
    history(editor->history, &event, H_SAVE, editor->history_file);
}

/* The line, its end included; NULL at the end and when interrupted. */
static const char *editor_read(Editor *editor, int *length) {
    editor->interrupted = false;
    el_resize(editor->el);
    el_set(editor->el, EL_PREP_TERM, 1); /* before the prompt: who sees it may type */
    const char *line = el_gets(editor->el, length);
    if (!line || *length <= 0) return NULL;
    HistEvent event;
    if (strspn(line, " \t\n") < (size_t)*length)
        history(editor->history, &event, H_ENTER, line);
    return line;
}

/* ---- the Lua side ---- */

/* Asks Lua what to insert and what to list; an error there is no reason to lose the line. */
static unsigned char complete(EditLine *el, int key) {
    (void)key;
    Editor *editor = NULL;
    el_get(el, EL_CLIENTDATA, &editor);
    lua_State *L = editor->L;
    const LineInfo *line = el_line(el);
    int top = lua_gettop(L);
    unsigned char result = CC_ERROR;
    if (lua_checkstack(L, 8) && lua_getiuservalue(L, 1, 1) == LUA_TFUNCTION) {
        lua_pushlstring(L, line->buffer, (size_t)(line->cursor - line->buffer));
        if (state_call(L, 1, 2) == LUA_OK) {
            const char *insert = lua_tostring(L, -2), *list = lua_tostring(L, -1);
            if (list) {
                printf("\n%s\n", list);
                result = CC_REDISPLAY;
            } else if (insert && *insert && el_insertstr(el, insert) == 0) {
                result = CC_REFRESH;
            }
        }
    }
    lua_settop(L, top);
    return result;
}

static Editor *check_editor(lua_State *L) { return border_check_open(L, 1, EDITOR); }

static int l_edit_read(lua_State *L) {
    Editor *editor = check_editor(L);
    if (!lua_isnoneornil(L, 2))
        snprintf(editor->prompt, sizeof editor->prompt, "%s", luaL_checkstring(L, 2));
    editor->L = L;
    int length = 0;
    const char *line = editor_read(editor, &length);
    editor->L = NULL;
    if (!line) return border_nothing(L, editor->interrupted ? "interrupted" : "eof");
    lua_pushlstring(L, line, (size_t)length - (line[length - 1] == '\n'));
    return 1;
}

static int l_edit_complete(lua_State *L) {
    check_editor(L);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    lua_setiuservalue(L, 1, 1);
    return 0;
}

static int l_edit_close(lua_State *L) {
    BorderHandle *handle = luaL_checkudata(L, 1, EDITOR);
    Editor *editor = handle->pointer;
    handle->pointer = NULL;
    if (!editor) return 0;
    save_history(editor);
    editor_free(editor);
    return 0;
}

static int l_edit_new(lua_State *L) {
    static const char *const names[] = {"prompt", "history_file", "interrupt_fd", NULL};
    border_check_options(L, 1, names);
    const char *prompt = border_opt_string(L, 1, "prompt", true);
    const char *history_file = border_opt_string(L, 1, "history_file", false);
    int interrupt_fd = (int)border_opt_integer(L, 1, "interrupt_fd", -1);
    BorderHandle *handle = border_handle_new(L, EDITOR);
    Editor *editor = NULL;
    int status = editor_new(prompt, history_file, interrupt_fd, &editor);
    if (status < 0) return border_fail_errno(L, -status, "starting the line editor");
    handle->pointer = editor;
    return 1;
}

int luaopen_host_edit(lua_State *L);
int luaopen_host_edit(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"complete", l_edit_complete},
        {"read", l_edit_read},
        {NULL, NULL},
    };
    static const luaL_Reg functions[] = {{"new", l_edit_new}, {NULL, NULL}};
    border_metatable(L, EDITOR, methods, l_edit_close);
    luaL_newlib(L, functions);
    return 1;
}
