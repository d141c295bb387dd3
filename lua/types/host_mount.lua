---@meta host.mount
-- Mount plans by the new mount API (mount(2), fsopen(2), move_mount(2)); overlays need Linux 5.11 in user namespaces.

---@class host.mount
local mount = {}

---@class host.mount.operation
---@field op "bind"|"dev"|"dir"|"file"|"overlay"|"pivot"|"proc"|"readonly"|"symlink"|"tmpfs"
---@field to string absolute path; missing directories are made, but not beneath a root
---@field from string|nil bind: absolute path of the source, cloned with what is mounted beneath
---@field ro boolean|nil bind: read-only
---@field optional boolean|nil bind: a source that is not there is left out
---@field root host.fs.root|nil bind, overlay: every path is relative to it, must be there and has no link on its
--- way: for what others may change while we work
---@field from_root host.fs.root|nil bind: likewise for the source, which is taken without what is mounted in it
---@field as {uid: integer, gid: integer}|nil bind: the source is found with this user's rights over files, through his
--- links but through none of /proc, and taken without what is mounted in it; only for root, in a process of one thread
---@field idmap {uid_from: integer, uid_to: integer, gid_from: integer, gid_to: integer}|nil bind, with from_root: who
--- files belong to on disk and in the mount; all others' files belong to nobody there
---@field lower string[]|nil overlay: 1 to 500 absolute paths, the highest first
---@field beneath string|nil overlay: absolute path; a layer named below it is not found through a link out of it
---@field upper string|nil overlay: absolute path
---@field work string|nil overlay: absolute path, an empty directory on the file system of upper
---@field append boolean|nil overlay: false gives the layers as one option string, as kernels before 6.7 want them
---@field target string|nil symlink: its text
---@field data string|nil file: its content
---@field size integer|nil tmpfs: bytes
---@field mode integer|nil tmpfs, dir, file: permissions

--- Run a plan in this process's mount namespace; may block. Every source is opened before the first is attached, so a
--- plan may cover the directories it takes things from. What an earlier step attached stays when a later one fails:
--- a plan of more than one step belongs in a namespace that ends with its process.
---@param plan host.mount.operation[]
---@return true|nil ok, string|nil message "step 2: bind /x: No such file or directory", string|nil code EPERM, ENOENT,
--- EUCLEAN (the upper layer was written by fuse-overlayfs) …
function mount.apply(plan) end

--- Unmount; nothing mounted there is a success. May block.
---@param path string
---@param options {detach: boolean, root: host.fs.root}|nil detach: now from the tree, from memory when nobody uses it;
--- root: the path is relative to it, without a link on its way
---@return true|nil ok, string|nil message, string|nil code EBUSY, EPERM
function mount.umount(path, options) end

--- Whether something is mounted at this very path.
---@param path string
---@param options {root: host.fs.root}|nil the path is relative to it, without a link on its way
---@return boolean|nil mounted, string|nil message, string|nil code ENOENT
function mount.mounted(path) end

--- What this kernel can do.
---@return {lowerdir_append: boolean}|nil probe, string|nil message, string|nil code EPERM for who may not mount
function mount.probe() end

return mount
