-- host.fs: files beneath a root directory; the kernel (openat2) keeps every path inside it.
---@meta

-- Every function may block on the disk. Paths are relative to the root and taken literally (nothing is
-- decoded): an absolute path, one that leaves the root, or a magic link is refused with EXDEV or ELOOP, a NUL
-- byte or an empty last component with EINVAL, more than 4095 bytes with ENAMETOOLONG. What only reads (read,
-- open, stat, list, walk, usage, readlink, sub, the source of copy) follows symbolic links that stay beneath
-- the root; everything else refuses a link on the way (ELOOP) and never follows one at its end. Where others
-- write (a build, a game) take a sub root, so that their links cannot lead to our own files.
-- Failures are nil, message, code with the errno's name as code.

---@class host.fs
local fs = {}

---@class host.fs.root
local root = {}

---@class host.fs.file
local file = {}

---@class host.fs.lock
local lock = {}

---@class host.fs.stat
---@field type "file"|"directory"|"symlink"|"fifo"|"socket"|"device"|"whiteout"|"unknown" whiteout: of overlayfs, a
--- character device of number 0
---@field size integer bytes
---@field mode integer permission bits, 0 to 4095
---@field mtime integer Unix milliseconds
---@field uid integer
---@field gid integer
---@field inode integer
---@field nlink integer
---@field blocks integer allocated blocks of 512 bytes

--- A root. The path itself is trusted: links in it are followed.
---@param path string absolute
---@return host.fs.root|nil, string? message, string? code EINVAL, ENOENT, ENOTDIR, EACCES, EMFILE
function fs.root(path) end

--- A root of its own in a directory beneath this one.
---@param rel string
---@param options {links: boolean}|nil links=false: a symbolic link on the way or at the end is refused (ELOOP)
---@return host.fs.root|nil, string? message, string? code
function root:sub(rel, options) end

--- Whether overlayfs is to show nothing of lower layers in this root's directory ([trusted|user].overlay.opaque).
---@return boolean|nil, string? message, string? code EACCES
function root:opaque() end

--- The root's directory descriptor (O_PATH), owned by the root.
---@return integer
function root:fd() end

--- The path the root was opened with.
---@return string
function root:path() end

--- Forget the root; closing twice is fine. Files opened through it stay open.
function root:close() end

--- A whole file.
---@param rel string
---@param max_bytes integer|nil default 1 MiB; a larger file is refused with EFBIG
---@return string|nil, string? message, string? code ENOENT, EISDIR, EFBIG, EINVAL (a pipe, socket or device)
function root:read(rel, max_bytes) end

--- Write a whole file atomically: readers see the old or the new one, also after a crash; nothing is left of
--- a write that failed. A symbolic link at the path is replaced, not followed.
---@param rel string
---@param data string
---@param mode integer|nil exact permission bits, default 0640 (416)
---@param options {sync: boolean}|nil sync=false does not wait for the disk: the file survives our own death,
---  but not a power cut right after
---@return true|nil, string? message, string? code ENOENT, ENOSPC, EISDIR, EACCES, …
function root:write(rel, data, mode, options) end

--- Open a file for appending; made when it is not there.
---@param rel string
---@param mode integer|nil of a new file, default 0640 (416)
---@return host.fs.file|nil, string? message, string? code
function root:append(rel, mode) end

--- Open a file for reading.
---@param rel string
---@param how "r"|nil
---@return host.fs.file|nil, string? message, string? code
function root:open(rel, how) end

--- What is at the path; a link there is not followed.
---@param rel string
---@return host.fs.stat|nil, string? message, string? code ENOENT, ENOTDIR, …
function root:stat(rel) end

--- The entries of a directory, sorted by name.
---@param rel string "." is the root itself
---@param max integer|nil default 10000
---@return {name: string, type: string}[]|nil
---@return boolean|string truncated whether there were more than max; the message after nil
---@return string? code
function root:list(rel, max) end

--- Make one directory.
---@param rel string
---@param mode integer|nil default 0750 (488), less the umask
---@return true|nil, string? message, string? code EEXIST, ENOENT, …
function root:mkdir(rel, mode) end

--- Make a directory and those above it; one that is there already is success.
---@param rel string
---@param mode integer|nil default 0750 (488), less the umask
---@return true|nil, string? message, string? code ENOTDIR, …
function root:mkdirs(rel, mode) end

--- Remove a file, a link itself, or an empty directory.
---@param rel string
---@return true|nil, string? message, string? code ENOENT, ENOTEMPTY, …
function root:remove(rel) end

--- Remove a tree of any depth, also directories whose owner may not enter them. Follows no link and enters no
--- other file system. A missing tree is success.
---@param rel string
---@return true|nil, string? message, string? code EBUSY (something is mounted in it), EACCES, ENOTEMPTY
function root:remove_tree(rel) end

--- Rename; an existing target is EEXIST unless replace is given. exchange swaps the two.
---@param from string
---@param to string
---@param options {replace: boolean, exchange: boolean}|nil
---@return true|nil, string? message, string? code ENOENT, EEXIST, EXDEV, …
function root:rename(from, to, options) end

--- Copy a file's bytes; the target is written atomically and a link there is replaced.
---@param from string
---@param to string
---@param mode integer|nil exact permission bits, default 0640 (416)
---@return true|nil, string? message, string? code
function root:copy(from, to, mode) end

--- Make a symbolic link. The target is any text.
---@param target string
---@param rel string
---@return true|nil, string? message, string? code EEXIST, …
function root:symlink(target, rel) end

--- The text of a symbolic link.
---@param rel string
---@return string|nil, string? message, string? code EINVAL (not a link), ENOENT
function root:readlink(rel) end

--- Set the permission bits of a file or directory; a link is refused (ELOOP).
---@param rel string
---@param mode integer 0 to 0777 (511)
---@return true|nil, string? message, string? code
function root:chmod(rel, mode) end

--- Disk usage of a tree: allocated bytes (a sparse file counts what it holds), a file with several links once.
---@param rel string
---@return {bytes: integer, files: integer, unreadable: integer}|nil unreadable: directories that may not be
---  read, or on another file system; what they hold is not counted
---@return string? message, string? code ENOENT, ENOTDIR, ENAMETOOLONG (a tree deeper than 4095 bytes of path), E2BIG
--- (16 MiB of paths of directories still to be read)
function root:usage(rel) end

--- Walk a tree: `for path, stat in assert(root:walk("maps")) do`. Paths are relative to rel, a directory comes
--- before what it holds; otherwise in no order. Follows no link. A failure on the way raises.
---@param rel string
---@return fun(): string, host.fs.stat
function root:walk(rel) end

--- Take an exclusive lock (flock) on a file, made when it is not there, and write the text into it.
---@param rel string
---@param text string who holds it, at most 511 bytes are reported
---@return host.fs.lock|nil, string? message the holder's text when code is EWOULDBLOCK, string? code
function root:lock(rel, text) end

--- Who holds a lock, without taking it or making its file.
---@param rel string
---@return string|nil text, string? message "free" when nobody does, string? code
function root:holder(rel) end

--- Free and total space of the file system.
---@return {free_bytes: integer, total_bytes: integer}|nil, string? message, string? code
function root:free() end

--- Write all of the data.
---@param data string
---@return true|nil, string? message, string? code ENOSPC, EIO
function file:write(data) end

--- The next bytes.
---@param count integer
---@return string|nil data, string? message "eof" at the end, string? code
function file:read(count) end

--- Go to an offset from the start.
---@param offset integer bytes
---@return true|nil, string? message, string? code EINVAL
function file:seek(offset) end

--- The file's size in bytes now.
---@return integer|nil, string? message, string? code
function file:size() end

--- Give a part of the file back to the disk: it reads as zero bytes, the size and all offsets stay.
---@param offset integer
---@param length integer bytes; blocks that are only partly covered are zeroed, not given back
---@return true|nil, string? message, string? code EOPNOTSUPP where the file system cannot
function file:punch(offset, length) end

--- Wait until the data is on the disk.
---@return true|nil, string? message, string? code
function file:sync() end

--- The descriptor, owned by the file.
---@return integer
function file:fd() end

--- Closing twice is fine.
function file:close() end

--- Release the lock; closing twice is fine. The file stays.
function lock:close() end

return fs
