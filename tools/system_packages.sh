#!/bin/sh
# The two programs that tests use and pip cannot bring: a browser with fonts, and Debian's Redis 7 beside our Valkey.
# Installs what is missing where that needs no question (root, apt); elsewhere says what will be skipped.
set -u

missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
fc-list 2>/dev/null | grep -q "Noto Sans" || missing="$missing fonts-noto-core fontconfig"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing for the tests:$missing …"
  log=$(mktemp)
  # A package's service is not started: tests start their own servers.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
  fi
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086  # words on purpose
  lock="-o DPkg::Lock::Timeout=300"
  if apt-get $lock update -qq >"$log" 2>&1 && apt-get $lock install -y -qq --no-install-recommends $missing >>"$log" 2>&1; then
    rm -f "$log"
    exit 0
  fi
  tail -n 5 "$log" >&2
fi

cat >&2 <<END
------------------------------------------------------------------------------
 NOT HERE:$missing
 Tests in a browser need chromium and fonts-noto-core, tests on Redis 7 need
 redis-server; without them they are SKIPPED. On Debian or Ubuntu, as root:
     apt install$missing
------------------------------------------------------------------------------
END
