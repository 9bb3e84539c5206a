
/*
 * Copyright (C) Resonate
 *
 * bin/resonate-token: an issuer for demos and tests.  It signs with libjwt,
 * ES256, by a key of its own, and keeps the public half as the JWKS file that
 * "resonate_issuer" reads.  The token is the last line of standard output.
 */


#include "explain_token.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <jwt.h>
#include <limits.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>


#define TOKEN_NAME_MAX  255
#define TOKEN_TTL_MAX   (366L * 86400)
#define TOKEN_COORD     32
#define TOKEN_B64       44      /* 32 bytes in base64url, and NUL */
#define TOKEN_PEM_MAX   4096


typedef struct {
    const char  *user;
    const char  *scope;
    const char  *issuer;
    const char  *audience;
    const char  *keys;
    long         ttl;
} token_opt_t;


typedef struct {
    char         pem[TOKEN_PEM_MAX];
    size_t       pem_len;
    char         x[TOKEN_B64];
    char         y[TOKEN_B64];
    char         kid[TOKEN_B64];    /* RFC 7638 thumbprint */
} token_key_t;


static void token_fail(const char *fmt, ...)
    __attribute__((noreturn, format(printf, 1, 2)));
static void token_options(token_opt_t *opt, int argc, char **argv);
static void token_help(void);
static long token_ttl(const char *s);
static void token_check(const char *what, const char *s);
static void token_mkdir(const char *dir);
static void token_path(char *path, const char *dir, const char *name);
static void token_key(token_key_t *key, const char *dir);
static void token_key_make(const char *path);
static void token_key_load(token_key_t *key, const char *path);
static void token_key_public(token_key_t *key, const char *path);
static void token_jwks(token_key_t *key, const char *dir);
static void token_publish(const char *path, int mode, const char *data,
    size_t len);
static size_t token_read(const char *path, char *buf, size_t size);
static void token_base64url(char *dst, const unsigned char *src, size_t len);
static void token_sign(const token_opt_t *opt, const token_key_t *key);


/* SubjectPublicKeyInfo of a P-256 key before its x and y */

static const unsigned char  token_p256[] = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
    0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03,
    0x42, 0x00, 0x04
};


int
main(int argc, char **argv)
{
    token_opt_t  opt;
    token_key_t  key;

    if (argc > 1 && strcmp(argv[1], "explain") == 0) {
        return explain_token(argc - 1, argv + 1);
    }

    token_options(&opt, argc, argv);
    token_mkdir(opt.keys);

    token_key(&key, opt.keys);
    token_jwks(&key, opt.keys);
    token_sign(&opt, &key);

    OPENSSL_cleanse(&key, sizeof(key));

    if (fflush(stdout) != 0) {
        token_fail("cannot write: %s", strerror(errno));
    }

    return 0;
}


static void
token_fail(const char *fmt, ...)
{
    va_list  args;

    fputs("resonate-token: ", stderr);

    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);

    fputc('\n', stderr);
    exit(1);
}


static void
token_options(token_opt_t *opt, int argc, char **argv)
{
    int  c;

    static const struct option  options[] = {
        { "user", required_argument, NULL, 'u' },
        { "scope", required_argument, NULL, 's' },
        { "ttl", required_argument, NULL, 't' },
        { "issuer", required_argument, NULL, 'i' },
        { "audience", required_argument, NULL, 'a' },
        { "keys", required_argument, NULL, 'k' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };

    opt->user = "listener";
    opt->scope = "stream plays profile";
    opt->issuer = "https://demo.resonate.example";
    opt->audience = "resonate";
    opt->keys = "run/keys";
    opt->ttl = 3600;

    while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {

        switch (c) {

        case 'u':
            opt->user = optarg;
            break;

        case 's':
            opt->scope = optarg;
            break;

        case 't':
            opt->ttl = token_ttl(optarg);
            break;

        case 'i':
            opt->issuer = optarg;
            break;

        case 'a':
            opt->audience = optarg;
            break;

        case 'k':
            opt->keys = optarg;
            break;

        case 'h':
            token_help();
            exit(0);

        default:
            exit(2);
        }
    }

    if (optind < argc) {
        token_fail("unexpected argument \"%s\", see --help", argv[optind]);
    }

    token_check("--user", opt->user);
    token_check("--issuer", opt->issuer);
    token_check("--audience", opt->audience);
}


static void
token_help(void)
{
    fputs("usage: bin/resonate-token [option]...\n"
          "       bin/resonate-token explain [option]... [TOKEN]\n"
          "\n"
          "Prints a bearer token for a user, signed by this checkout's own\n"
          "key.  For demos and tests: whoever can read the key is everybody.\n"
          "\n"
          "  --user NAME      whose token (listener)\n"
          "  --scope SCOPE    space separated; \"\" for none (stream plays "
          "profile)\n"
          "  --ttl TIME       seconds, or 10m, 1h, 1d (1h)\n"
          "  --issuer URL     (https://demo.resonate.example)\n"
          "  --audience NAME  (resonate)\n"
          "  --keys DIR       private.pem and jwks.json, made when missing "
          "(run/keys)\n"
          "  --help\n"
          "\n"
          "explain --help says more of what an edge does with a token.\n",
          stdout);
}


static long
token_ttl(const char *s)
{
    long   n, unit;
    char  *end;

    errno = 0;
    n = strtol(s, &end, 10);

    unit = (*end == '\0' || strcmp(end, "s") == 0) ? 1
           : strcmp(end, "m") == 0 ? 60
           : strcmp(end, "h") == 0 ? 3600
           : strcmp(end, "d") == 0 ? 86400 : 0;

    if (errno || end == s || unit == 0 || n < 1 || n > TOKEN_TTL_MAX / unit) {
        token_fail("bad --ttl \"%s\": 1 to 31622400 seconds, or as 10m, 1h, "
                   "1d", s);
    }

    return n * unit;
}


static void
token_check(const char *what, const char *s)
{
    const char  *p;

    for (p = s; *p; p++) {
        if ((unsigned char) *p < 0x20 || *p == 0x7f) {
            token_fail("control character in %s", what);
        }
    }

    if (p == s || p - s > TOKEN_NAME_MAX) {
        token_fail("%s must have 1 to %d bytes", what, TOKEN_NAME_MAX);
    }
}


static void
token_mkdir(const char *dir)
{
    char  *p, path[PATH_MAX];

    token_path(path, dir, "");

    for (p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
        *p = '\0';

        if (mkdir(path, 0755) != 0 && errno != EEXIST) {
            token_fail("cannot make %s: %s", path, strerror(errno));
        }

        *p = '/';
    }
}


static void
token_path(char *path, const char *dir, const char *name)
{
    if (snprintf(path, PATH_MAX, "%s/%s", dir, name) >= PATH_MAX) {
        token_fail("--keys is too long");
    }
}


static void
token_key(token_key_t *key, const char *dir)
{
    char  path[PATH_MAX];

    token_path(path, dir, "private.pem");

    if (access(path, F_OK) != 0) {
        token_key_make(path);
    }

    token_key_load(key, path);
    token_key_public(key, path);
}


static void
token_key_make(const char *path)
{
    BIO           *bio;
    char          *data;
    long           len;
    EVP_PKEY      *pkey;
    EVP_PKEY_CTX  *ctx;

    pkey = NULL;
    ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
    bio = BIO_new(BIO_s_secmem());

    if (ctx == NULL || bio == NULL
        || EVP_PKEY_keygen_init(ctx) <= 0
        || EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1)
           <= 0
        || EVP_PKEY_keygen(ctx, &pkey) <= 0
        || PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL)
           != 1)
    {
        token_fail("cannot make a key");
    }

    len = BIO_get_mem_data(bio, &data);
    token_publish(path, 0600, data, (size_t) len);

    BIO_free(bio);
    EVP_PKEY_free(pkey);
    EVP_PKEY_CTX_free(ctx);
}


static void
token_key_load(token_key_t *key, const char *path)
{
    struct stat  st;

    if (stat(path, &st) != 0) {
        token_fail("cannot read %s: %s", path, strerror(errno));
    }

    if (st.st_mode & (S_IRWXG|S_IRWXO)) {
        token_fail("%s must have mode 0600", path);
    }

    key->pem_len = token_read(path, key->pem, sizeof(key->pem));
}


static void
token_key_public(token_key_t *key, const char *path)
{
    int             len, n;
    BIO            *bio;
    char            text[256];
    EVP_PKEY       *pkey;
    unsigned char  *der, digest[EVP_MAX_MD_SIZE];
    const unsigned char  *point;

    der = NULL;
    bio = BIO_new_mem_buf(key->pem, (int) key->pem_len);
    pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
    len = pkey ? i2d_PUBKEY(pkey, &der) : 0;

    if (len != (int) sizeof(token_p256) + 2 * TOKEN_COORD
        || memcmp(der, token_p256, sizeof(token_p256)) != 0)
    {
        token_fail("%s is not a P-256 key", path);
    }

    point = der + sizeof(token_p256);
    token_base64url(key->x, point, TOKEN_COORD);
    token_base64url(key->y, point + TOKEN_COORD, TOKEN_COORD);

    /* RFC 7638, section 3: members in this order, no spaces */

    n = snprintf(text, sizeof(text),
                 "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
                 key->x, key->y);

    if (EVP_Digest(text, n, digest, NULL, EVP_sha256(), NULL) != 1) {
        token_fail("cannot hash the key");
    }

    token_base64url(key->kid, digest, 32);

    OPENSSL_free(der);
    EVP_PKEY_free(pkey);
    BIO_free(bio);
}


/* a set that lacks the key would make tokens that nobody accepts */

static void
token_jwks(token_key_t *key, const char *dir)
{
    int     n;
    char    path[PATH_MAX], text[TOKEN_PEM_MAX];
    size_t  len;

    token_path(path, dir, "jwks.json");

    if (access(path, F_OK) != 0) {
        n = snprintf(text, sizeof(text),
                     "{\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\", "
                     "\"use\": \"sig\", \"alg\": \"ES256\",\n"
                     "  \"kid\": \"%s\",\n  \"x\": \"%s\",\n"
                     "  \"y\": \"%s\"}]}\n", key->kid, key->x, key->y);

        token_publish(path, 0644, text, (size_t) n);
    }

    len = token_read(path, text, sizeof(text));

    if (memmem(text, len, key->kid, strlen(key->kid)) == NULL) {
        token_fail("%s lacks the key of private.pem: remove one of them",
                   path);
    }
}


/* complete or not at all, and the first of several at once wins */

static void
token_publish(const char *path, int mode, const char *data, size_t len)
{
    int   fd;
    char  draft[PATH_MAX + 16];

    snprintf(draft, sizeof(draft), "%s.%d", path, (int) getpid());

    fd = open(draft, O_WRONLY|O_CREAT|O_EXCL, mode);

    if (fd == -1 || fchmod(fd, mode) != 0
        || write(fd, data, len) != (ssize_t) len || close(fd) != 0)
    {
        token_fail("cannot write %s: %s", draft, strerror(errno));
    }

    if (link(draft, path) != 0 && errno != EEXIST) {
        token_fail("cannot make %s: %s", path, strerror(errno));
    }

    unlink(draft);
}


static size_t
token_read(const char *path, char *buf, size_t size)
{
    int      fd;
    ssize_t  n;

    fd = open(path, O_RDONLY);
    n = (fd == -1) ? -1 : read(fd, buf, size);

    if (n == -1) {
        token_fail("cannot read %s: %s", path, strerror(errno));
    }

    if ((size_t) n == size) {
        token_fail("%s is too large", path);
    }

    close(fd);

    return (size_t) n;
}


static void
token_base64url(char *dst, const unsigned char *src, size_t len)
{
    size_t    i;
    unsigned  bits, nbits;

    static const char  alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    bits = 0;
    nbits = 0;

    for (i = 0; i < len; i++) {
        bits = (bits << 8) | src[i];

        for (nbits += 8; nbits >= 6; nbits -= 6) {
            *dst++ = alphabet[(bits >> (nbits - 6)) & 63];
        }
    }

    if (nbits) {
        *dst++ = alphabet[(bits << (6 - nbits)) & 63];
    }

    *dst = '\0';
}


static void
token_sign(const token_opt_t *opt, const token_key_t *key)
{
    char    *text;
    jwt_t   *jwt;
    time_t   now;

    now = time(NULL);

    if (jwt_new(&jwt) != 0
        || jwt_set_alg(jwt, JWT_ALG_ES256, (const unsigned char *) key->pem,
                       (int) key->pem_len)
           != 0
        || jwt_add_header(jwt, "kid", key->kid) != 0
        || jwt_add_grant(jwt, "iss", opt->issuer) != 0
        || jwt_add_grant(jwt, "sub", opt->user) != 0
        || jwt_add_grant(jwt, "aud", opt->audience) != 0
        || (*opt->scope && jwt_add_grant(jwt, "scope", opt->scope) != 0)
        || jwt_add_grant_int(jwt, "iat", (long) now) != 0
        || jwt_add_grant_int(jwt, "exp", (long) now + opt->ttl) != 0)
    {
        token_fail("cannot make a token: are all arguments UTF-8?");
    }

    text = jwt_encode_str(jwt);

    if (text == NULL) {
        token_fail("cannot sign: %s", strerror(errno));
    }

    puts(text);

    free(text);
    jwt_free(jwt);
}
