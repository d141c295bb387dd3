/* host.serve: starts and stops the service in order: signals, request states, HTTP, scheduler
 * thread. */
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include "assets.h"
#include "border.h"
#include "http.h"
#include "hub.h"
#include "kept.h"
#include "scope.h"
#include "state.h"
#include "static.h"

#define SCHEDULER_STOP_MS 30000 /* what a scheduler may need to end its children in order */

typedef struct Scheduler {
    const char *module, *path, *config;
    size_t config_length;
    pthread_t thread;
    int ended_fd; /* eventfd written when it returned */
    char error[1024];
} Scheduler;

typedef struct Service {
    HttpOptions http_options;
    PoolOptions pool_options;
    Scheduler scheduler;
    sigset_t old_signals;
    int signal_fd;
    Pool *pool;
    Http *http;
    bool scheduler_runs;
    int port;
    char error[1024];
} Service;

static int run_scheduler_module(lua_State *L) {
    Scheduler *scheduler = lua_touserdata(L, 1);
    state_require(L, scheduler->path, scheduler->module);
    lua_getfield(L, -1, "run");
    lua_pushlstring(L, scheduler->config, scheduler->config_length);
    lua_call(L, 1, 0);
    if (!hub_stopping()) return luaL_error(L, "%s returned by itself", scheduler->module);
    return 0;
}

static void *scheduler_main(void *argument) {
    Scheduler *scheduler = argument;
    pthread_setname_np(pthread_self(), "scheduler");
    lua_State *L = state_new(STATE_SERVICE, -1);
    if (!L) {
        snprintf(scheduler->error, sizeof scheduler->error, "not enough memory");
    } else {
        lua_pushcfunction(L, run_scheduler_module);
        lua_pushlightuserdata(L, scheduler);
        if (state_call(L, 1, 0) != LUA_OK)
            state_error_copy(L, scheduler->error, sizeof scheduler->error);
        state_free(L);
    }
    uint64_t one = 1;
    if (write(scheduler->ended_fd, &one, sizeof one) < 0) abort(); /* an eventfd of ours takes 1 */
    return NULL;
}

/* Block the stopping signals before any thread is made, so that only the main thread hears them. */
static int take_signals(Service *service) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, &service->old_signals);
    service->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return service->signal_fd < 0 ? -errno : 0;
}

static int start_scheduler(Service *service) {
    Scheduler *scheduler = &service->scheduler;
    scheduler->ended_fd = eventfd(0, EFD_CLOEXEC);
    if (scheduler->ended_fd < 0) return -errno;
    int result = pthread_create(&scheduler->thread, NULL, scheduler_main, scheduler);
    service->scheduler_runs = result == 0;
    return -result;
}

static int service_start(Service *service) {
    /* Few heaps for many threads, and stream buffers straight from and back to the system. */
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    hub_start();
    int result = take_signals(service);
    if (result == 0)
        result =
            pool_new(&service->pool_options, &service->pool, service->error, sizeof service->error);
    if (result < 0) return result;
    service->http_options.pool = service->pool;
    result = http_start(&service->http_options, &service->http, &service->port);
    if (result == 0) result = start_scheduler(service);
    return result;
}

/* Returns when a stopping signal came or the scheduler ended by itself. */
static void service_wait(Service *service) {
    struct pollfd fds[] = {{.fd = service->signal_fd, .events = POLLIN},
                           {.fd = service->scheduler.ended_fd, .events = POLLIN}};
    while (poll(fds, 2, -1) < 0 && errno == EINTR) continue;
}

static void join_scheduler(const Scheduler *scheduler) {
    struct pollfd ended = {.fd = scheduler->ended_fd, .events = POLLIN};
    int ready = 0;
    do ready = poll(&ended, 1, SCHEDULER_STOP_MS);
    while (ready < 0 && errno == EINTR);
    if (ready == 0) {
        fprintf(stderr, "left4me: the scheduler does not end, giving up\n");
        _exit(1);
    }
    pthread_join(scheduler->thread, NULL);
}

/* Streams first: they would sleep through everything else. */
static void service_stop(Service *service) {
    hub_stop();
    if (service->scheduler_runs) join_scheduler(&service->scheduler);
    if (service->http) http_stop(service->http);
    if (service->pool) pool_free(service->pool);
    if (service->scheduler.ended_fd >= 0) close(service->scheduler.ended_fd);
    if (service->signal_fd >= 0) {
        struct signalfd_siginfo info;
        while (read(service->signal_fd, &info, sizeof info) > 0) continue;
        close(service->signal_fd);
    }
    pthread_sigmask(SIG_SETMASK, &service->old_signals, NULL);
}

static lua_Integer bounded(lua_State *L, const char *field, lua_Integer fallback, lua_Integer low,
                           lua_Integer high) {
    lua_Integer value = border_opt_integer(L, 1, field, fallback);
    if (value < low || value > high)
        luaL_error(L, "option '%s' must be %I to %I", field, (LUAI_UACINT)low, (LUAI_UACINT)high);
    return value;
}

static const char *text_option(lua_State *L, const char *field, const char *fallback) {
    const char *text = border_opt_string(L, 1, field, false);
    return text ? text : fallback;
}

/* Push the package.path of the caller: the states search modules where it does. */
static const char *push_package_path(lua_State *L) {
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "path");
    lua_remove(L, -2);
    return luaL_checkstring(L, -1);
}

/* Strings that states made later still need: the stack keeps them, whatever happens to the options.
 */
static void keep_strings(lua_State *L) {
    static const char *const names[] = {"listen_ip", "web", "scheduler", NULL};
    for (const char *const *name = names; *name; name++) lua_getfield(L, 1, *name);
}

static void read_options(lua_State *L, Service *service) {
    static const char *const names[] = {"listen_ip", "listen_port", "workers",     "streams",
                                        "pool",      "web",         "scheduler",   "config",
                                        "on_ready",  "on_stop",     "body_limit",  "state_bytes",
                                        "request_ms", "idle_ms",    NULL};
    border_check_options(L, 1, names);
    *service = (Service){.signal_fd = -1, .scheduler = {.ended_fd = -1}};
    HttpOptions *http = &service->http_options;
    http->ip = text_option(L, "listen_ip", "127.0.0.1");
    http->port = (int)bounded(L, "listen_port", 8000, 0, 65535);
    http->workers = (int)bounded(L, "workers", 128, 2, 1024);
    http->streams = (int)bounded(L, "streams", http->workers * 13 / 16, 0, http->workers - 1);
    http->body_limit = (size_t)bounded(L, "body_limit", 1 << 20, 0, 1 << 30);
    http->request_ms = (int)bounded(L, "request_ms", 10000, 100, 600000);
    http->idle_ms = (int)bounded(L, "idle_ms", 5000, 100, 600000);
    PoolOptions *pool = &service->pool_options;
    pool->states = (int)bounded(L, "pool", 4, 1, 64);
    pool->state_bytes = (size_t)bounded(L, "state_bytes", 128 << 20, 1 << 20, (lua_Integer)1 << 32);
    pool->module = text_option(L, "web", "boot.web");
    pool->path = push_package_path(L);
    lua_getfield(L, 1, "config");
    pool->config = luaL_optlstring(L, -1, "", &pool->config_length);
    service->scheduler.module = text_option(L, "scheduler", "boot.scheduler");
    service->scheduler.path = pool->path;
    service->scheduler.config = pool->config;
    service->scheduler.config_length = pool->config_length;
    keep_strings(L);
}

static int push_start_failure(lua_State *L, const Service *service, int result) {
    if (service->error[0]) return border_fail(L, "EWEB", "%s", service->error);
    return border_fail_errno(L, -result, "listen on %s:%d", service->http_options.ip,
                             service->http_options.port);
}

/* serve.run{…}: blocks until a stopping signal. */
static int l_serve_run(lua_State *L) {
    Service service;
    lua_settop(L, 1);
    read_options(L, &service);
    bool tells_stop = lua_getfield(L, 1, "on_stop") != LUA_TNIL;
    bool tells_ready = lua_getfield(L, 1, "on_ready") != LUA_TNIL;
    int on_stop = lua_gettop(L) - 1;
    lua_pushstring(L, service.http_options.ip);
    int told = LUA_OK, result = service_start(&service); /* nothing may raise until service_stop */
    if (result == 0 && tells_ready) {
        lua_pushinteger(L, service.port);
        told = state_call(L, 2, 0);
    }
    if (result == 0 && told == LUA_OK) {
        service_wait(&service);
        lua_pushvalue(L, on_stop);
        if (tells_stop) told = state_call(L, 0, 0);
    }
    service_stop(&service);
    if (told != LUA_OK) return lua_error(L);
    if (result < 0) return push_start_failure(L, &service, result);
    if (service.scheduler.error[0])
        return border_fail(L, "ESCHEDULER", "the scheduler failed: %s", service.scheduler.error);
    return border_ok(L);
}

static int l_serve_static_base(lua_State *L) {
    lua_pushfstring(L, STATIC_PREFIX "%s/", assets_hash());
    return 1;
}

int luaopen_host_serve(lua_State *L);
int luaopen_host_serve(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"keep", l_serve_keep},
        {"run", l_serve_run},
        {"static_base", l_serve_static_base},
        {NULL, NULL},
    };
    kept_register(L);
    luaL_newlib(L, functions);
    lua_pushstring(L, mg_version());
    lua_setfield(L, -2, "civetweb_version");
    return 1;
}
