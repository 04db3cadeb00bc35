// PostgreSQL's own client library, as Debian packages it.
#include <libpq-fe.h>
