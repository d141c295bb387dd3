/* host.crypto: passwords (argon2id), random bytes, HMAC, SHA-256, hex and base 64, by libsodium. */
#include <sodium.h>
#include <string.h>

#include "border.h"

/* 32 MiB and three passes: some 70 ms, above OWASP's floor of 19 MiB and two, and four logins at
 * once still take only 128 MiB. */
enum { PASSWORD_PASSES = 3, PASSWORD_MEMORY = 32 * 1024 * 1024, RANDOM_MAX = 1024 * 1024 };

static int l_crypto_password_hash(lua_State *L) {
    size_t length = 0;
    const char *password = luaL_checklstring(L, 1, &length);
    char digest[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str(digest, password, length, PASSWORD_PASSES, PASSWORD_MEMORY) != 0)
        return border_fail(L, "ENOMEM", "not enough memory to hash a password");
    lua_pushstring(L, digest);
    return 1;
}

static int l_crypto_password_verify(lua_State *L) {
    size_t digest_length = 0, length = 0;
    const char *text = luaL_checklstring(L, 1, &digest_length);
    const char *password = luaL_checklstring(L, 2, &length);
    char digest[crypto_pwhash_STRBYTES] = {0};
    bool fits = digest_length < sizeof digest;
    if (fits) memcpy(digest, text, digest_length);
    lua_pushboolean(L, fits && crypto_pwhash_str_verify(digest, password, length) == 0);
    return 1;
}

static int l_crypto_random(lua_State *L) {
    lua_Integer count = luaL_checkinteger(L, 1);
    luaL_argcheck(L, count >= 1 && count <= RANDOM_MAX, 1, "1 to 1048576 bytes");
    luaL_Buffer buffer;
    randombytes_buf(luaL_buffinitsize(L, &buffer, (size_t)count), (size_t)count);
    luaL_pushresultsize(&buffer, (size_t)count);
    return 1;
}

static int l_crypto_hmac(lua_State *L) {
    size_t key_length = 0, length = 0;
    const char *key = luaL_checklstring(L, 1, &key_length);
    const char *message = luaL_checklstring(L, 2, &length);
    unsigned char digest[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key, key_length);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)message, length);
    crypto_auth_hmacsha256_final(&state, digest);
    lua_pushlstring(L, (const char *)digest, sizeof digest);
    return 1;
}

static int l_crypto_sha256(lua_State *L) {
    size_t length = 0;
    const char *message = luaL_checklstring(L, 1, &length);
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, (const unsigned char *)message, length);
    lua_pushlstring(L, (const char *)digest, sizeof digest);
    return 1;
}

static int l_crypto_equal(lua_State *L) {
    size_t a_length = 0, b_length = 0;
    const char *a = luaL_checklstring(L, 1, &a_length);
    const char *b = luaL_checklstring(L, 2, &b_length);
    lua_pushboolean(L, a_length == b_length && sodium_memcmp(a, b, a_length) == 0);
    return 1;
}

static int l_crypto_hex(lua_State *L) {
    size_t length = 0;
    const char *bytes = luaL_checklstring(L, 1, &length);
    luaL_Buffer buffer;
    char *text = luaL_buffinitsize(L, &buffer, length * 2 + 1);
    sodium_bin2hex(text, length * 2 + 1, (const unsigned char *)bytes, length);
    luaL_pushresultsize(&buffer, length * 2);
    return 1;
}

static int l_crypto_unhex(lua_State *L) {
    size_t length = 0, written = 0;
    const char *text = luaL_checklstring(L, 1, &length);
    luaL_Buffer buffer;
    unsigned char *bytes = (unsigned char *)luaL_buffinitsize(L, &buffer, length / 2 + 1);
    const char *end = text;
    if (sodium_hex2bin(bytes, length / 2 + 1, text, length, NULL, &written, &end) != 0 ||
        end != text + length)
        return border_fail(L, "EINVAL", "not an even number of hexadecimal digits");
    luaL_pushresultsize(&buffer, written);
    return 1;
}

static int l_crypto_base64url(lua_State *L) {
    size_t length = 0;
    const char *bytes = luaL_checklstring(L, 1, &length);
    const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    size_t size = sodium_base64_encoded_len(length, variant);
    luaL_Buffer buffer;
    char *text = luaL_buffinitsize(L, &buffer, size);
    sodium_bin2base64(text, size, (const unsigned char *)bytes, length, variant);
    luaL_pushresultsize(&buffer, size - 1);
    return 1;
}

int luaopen_host_crypto(lua_State *L);
int luaopen_host_crypto(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"base64url", l_crypto_base64url},
        {"equal", l_crypto_equal},
        {"hex", l_crypto_hex},
        {"hmac", l_crypto_hmac},
        {"password_hash", l_crypto_password_hash},
        {"password_verify", l_crypto_password_verify},
        {"random", l_crypto_random},
        {"sha256", l_crypto_sha256},
        {"unhex", l_crypto_unhex},
        {NULL, NULL},
    };
    if (sodium_init() < 0) return luaL_error(L, "libsodium cannot start: no source of randomness");
    luaL_newlib(L, functions);
    return 1;
}
