/* host.mount: the Lua side of mount plans. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "border.h"
#include "fs_handle.h"
#include "mount.h"
#include "mount_plan.h"

typedef struct OpShape {
    const char *name;
    MountKind kind;
    const char *const *fields;
} OpShape;

static const char *const bind_fields[] = {"op", "to", "from", "ro", "optional",
                                          "idmap", "root", "from_root", "as", NULL};
static const char *const plain_fields[] = {"op", "to", NULL};
static const char *const dir_fields[] = {"op", "to", "mode", NULL};
static const char *const file_fields[] = {"op", "to", "data", "mode", NULL};
static const char *const overlay_fields[] = {"op", "to", "lower", "beneath",
                                             "upper", "work", "append", "root", NULL};
static const char *const symlink_fields[] = {"op", "to", "target", NULL};
static const char *const tmpfs_fields[] = {"op", "to", "size", "mode", NULL};

static const OpShape shapes[] = {
    {"bind", MOUNT_BIND, bind_fields},
    {"dev", MOUNT_DEV, plain_fields},
    {"dir", MOUNT_DIR, dir_fields},
    {"file", MOUNT_FILE, file_fields},
    {"overlay", MOUNT_OVERLAY, overlay_fields},
    {"pivot", MOUNT_PIVOT, plain_fields},
    {"proc", MOUNT_PROC, plain_fields},
    {"readonly", MOUNT_READONLY, plain_fields},
    {"symlink", MOUNT_SYMLINK, symlink_fields},
    {"tmpfs", MOUNT_TMPFS, tmpfs_fields},
};

static const OpShape *check_shape(lua_State *L, int op) {
    const char *name = border_opt_string(L, op, "op", true);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (strcmp(shapes[i].name, name) == 0) return &shapes[i];
    luaL_error(L, "unknown mount operation '%s'", name);
    return NULL;
}

/* The kernel refuses an absolute path beneath a root. */
static const char *check_path(lua_State *L, int op, const char *field, int root) {
    const char *path = border_opt_string(L, op, field, true);
    if (root < 0 && *path != '/') luaL_error(L, "option '%s' must be an absolute path", field);
    return path;
}

/* -1 when absent. The handle stays reachable through the table. */
static int check_root(lua_State *L, int options, const char *field) {
    int root = -1;
    if (lua_getfield(L, options, field) != LUA_TNIL) root = border_check_fd(L, -1, FS_ROOT);
    lua_pop(L, 1);
    return root;
}

static unsigned check_id(lua_State *L, int map, const char *field) {
    lua_Integer id = border_opt_integer(L, map, field, -1);
    if (id < 0 || id >= UINT32_MAX) luaL_error(L, "option '%s' must be a user or group id", field);
    return (unsigned)id;
}

static void check_user(lua_State *L, int op, MountOp *into) {
    static const char *const names[] = {"uid", "gid", NULL};
    into->as_user = lua_getfield(L, op, "as") != LUA_TNIL;
    if (into->as_user) {
        if (into->from_root >= 0) luaL_error(L, "option 'as' takes no 'from_root'");
        border_check_options(L, -1, names);
        into->uid = check_id(L, lua_gettop(L), "uid");
        into->gid = check_id(L, lua_gettop(L), "gid");
    }
    lua_pop(L, 1);
}

static void check_bind(lua_State *L, int op, MountOp *into) {
    static const char *const names[] = {"uid_from", "uid_to", "gid_from", "gid_to", NULL};
    into->from_root = check_root(L, op, "from_root");
    into->from = check_path(L, op, "from", into->from_root);
    check_user(L, op, into);
    into->ro = border_opt_boolean(L, op, "ro", false);
    into->optional = border_opt_boolean(L, op, "optional", false);
    into->mapped = lua_getfield(L, op, "idmap") != LUA_TNIL;
    if (into->mapped) {
        if (into->from_root < 0) luaL_error(L, "option 'idmap' needs 'from_root'");
        border_check_options(L, -1, names);
        int map = lua_gettop(L);
        into->idmap = (IdMap){
            .uid_from = check_id(L, map, "uid_from"), .uid_to = check_id(L, map, "uid_to"),
            .gid_from = check_id(L, map, "gid_from"), .gid_to = check_id(L, map, "gid_to")};
    }
    lua_pop(L, 1);
}

/* The list stays on the stack, anchored like the plan itself. */
static void check_lower(lua_State *L, int op, MountOp *into) {
    if (lua_getfield(L, op, "lower") != LUA_TTABLE) luaL_error(L, "option 'lower' must be a list");
    int list = lua_gettop(L);
    size_t count = lua_rawlen(L, list);
    const char **lower = lua_newuserdatauv(L, (count + 1) * sizeof *lower, 0);
    for (size_t i = 0; i < count; i++) {
        size_t length = 0;
        lower[i] = lua_rawgeti(L, list, (lua_Integer)i + 1) == LUA_TSTRING
                       ? lua_tolstring(L, -1, &length)
                       : "";
        if (!*lower[i] || (into->root < 0 && *lower[i] != '/') || strlen(lower[i]) != length)
            luaL_error(L, "option 'lower' must be a list of absolute paths");
        lua_pop(L, 1);
    }
    into->lower = lower;
    into->lower_count = count;
    into->beneath = border_opt_string(L, op, "beneath", false);
    into->upper = check_path(L, op, "upper", into->root);
    into->work = check_path(L, op, "work", into->root);
    into->append = border_opt_boolean(L, op, "append", true);
}

static void check_data(lua_State *L, int op, MountOp *into) {
    if (lua_getfield(L, op, "data") != LUA_TSTRING) luaL_error(L, "option 'data' must be a string");
    into->data = lua_tolstring(L, -1, &into->data_size);
    lua_pop(L, 1);
}

static void check_op(lua_State *L, int op, MountOp *into) {
    if (!lua_istable(L, op)) luaL_error(L, "a mount plan is a list of operations");
    const OpShape *shape = check_shape(L, op);
    border_check_options(L, op, shape->fields);
    int root = check_root(L, op, "root");
    *into = (MountOp){.kind = shape->kind, .root = root, .from_root = -1};
    into->to = check_path(L, op, "to", root);
    mode_t fallback = shape->kind == MOUNT_FILE ? 0644 : 0755;
    into->mode = (mode_t)border_opt_integer(L, op, "mode", fallback) & 07777;
    if (shape->kind == MOUNT_BIND) {
        check_bind(L, op, into);
    } else if (shape->kind == MOUNT_SYMLINK) {
        into->from = border_opt_string(L, op, "target", true);
    } else if (shape->kind == MOUNT_TMPFS) {
        into->size = border_opt_integer(L, op, "size", 0);
    } else if (shape->kind == MOUNT_FILE) {
        check_data(L, op, into);
    } else if (shape->kind == MOUNT_OVERLAY) {
        check_lower(L, op, into);
    }
}

MountPlan mount_check_plan(lua_State *L, int index) {
    index = lua_absindex(L, index);
    luaL_checktype(L, index, LUA_TTABLE);
    size_t count = lua_rawlen(L, index);
    luaL_argcheck(L, count <= 4096, index, "too many operations");
    MountOp *ops = lua_newuserdatauv(L, (count + 1) * sizeof *ops, 0);
    for (size_t i = 0; i < count; i++) {
        luaL_checkstack(L, 8, "mount plan");
        lua_rawgeti(L, index, (lua_Integer)i + 1);
        check_op(L, lua_gettop(L), &ops[i]);
        if (ops[i].kind != MOUNT_OVERLAY) lua_pop(L, 1);
    }
    return (MountPlan){.ops = ops, .count = count};
}

int mount_push_failure(lua_State *L, const MountFailure *failure) {
    const char *name = strerrorname_np(failure->error);
    return border_fail(L, name ? name : "EUNKNOWN", "%s", failure->text);
}

static int l_mount_apply(lua_State *L) {
    MountPlan plan = mount_check_plan(L, 1);
    MountFailure failure = {0};
    if (mount_apply(&plan, &failure) < 0) return mount_push_failure(L, &failure);
    return border_ok(L);
}

static int l_mount_umount(lua_State *L) {
    static const char *const names[] = {"detach", "root", NULL};
    const char *path = luaL_checkstring(L, 1);
    bool detach = false;
    int root = -1;
    if (!lua_isnoneornil(L, 2)) {
        border_check_options(L, 2, names);
        detach = border_opt_boolean(L, 2, "detach", false);
        root = check_root(L, 2, "root");
    }
    int result = mount_umount(root, path, detach);
    return result < 0 ? border_fail_errno(L, -result, "umount %.300s", path) : border_ok(L);
}

static int l_mount_mounted(lua_State *L) {
    static const char *const names[] = {"root", NULL};
    const char *path = luaL_checkstring(L, 1);
    int root = -1;
    if (!lua_isnoneornil(L, 2)) {
        border_check_options(L, 2, names);
        root = check_root(L, 2, "root");
    }
    int result = mount_mounted(root, path);
    if (result < 0) return border_fail_errno(L, -result, "%.300s", path);
    lua_pushboolean(L, result);
    return 1;
}

static int l_mount_probe(lua_State *L) {
    int result = mount_can_append();
    if (result < 0) return border_fail_errno(L, -result, "overlay");
    lua_createtable(L, 0, 1);
    lua_pushboolean(L, result);
    lua_setfield(L, -2, "lowerdir_append");
    return 1;
}

int luaopen_host_mount(lua_State *L);
int luaopen_host_mount(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"apply", l_mount_apply},
        {"mounted", l_mount_mounted},
        {"probe", l_mount_probe},
        {"umount", l_mount_umount},
        {NULL, NULL},
    };
    luaL_newlib(L, functions);
    return 1;
}
