"""What is run in the container of Caddy: small scripts for any `sh`, each of them whole or without effect.

They run in the folder of the routes, end with the first command that fails, and outlive who started them:
a connection that breaks in the middle leaves nothing half done.
"""

LOOK = """
set -- $(find . -name '*.json' -o -name live)
if [ $# -gt 0 ]; then tar -c -f - "$@"; fi
"""
"""Print an archive of what tells which routes there are and where their requests go."""

KEEP = """
mkdir -p "routes/$1"
tar -x -f -
sync "routes/$1/.route.json.new"
mv "routes/$1/.route.json.new" "routes/$1/route.json"
sync "routes/$1" routes
"""
"""Keep a route (its key) and files beside it, which come in an archive."""

FORGET = """
rm -rf "routes/.gone-$1"
if [ -e "routes/$1" ]; then mv "routes/$1" "routes/.gone-$1"; fi
rm -rf "routes/.gone-$1"
"""
"""Remove a route (its key)."""

SWITCH = """
cd "routes/$1"
mkdir -p turns
rm -rf "turns/$2"
tar -x -f - -C turns
test -f "turns/$2/traffic.json"
sync "turns/$2"/* "turns/$2" turns
rm -f .live.new
ln -s "turns/$2" .live.new
mv -T .live.new live
sync .
for old in turns/*; do
  case "$old" in "turns/$2" | "turns/$3") ;; *) rm -rf "$old" ;; esac
done
"""
"""Switch a route (its key) to the turn of that number, which comes in an archive, from the one of another number."""

MAKE = """
mkdir -p routes
printf no >closing
tar -x -f -
mv .caddy.json.new caddy.json
"""
"""Put the configuration that Caddy starts with in its place."""

RELOAD = """
cat >.caddy.json.new
trap 'printf no >closing' EXIT
clients=
if grep -q ' 01 [0-9A-F]*:' /proc/net/tcp /proc/net/tcp6; then clients=yes; fi
printf yes >closing
if [ "$clients" ]; then sleep 1; fi
caddy reload --config .caddy.json.new --address "$1"
mv .caddy.json.new caddy.json
if [ "$clients" ]; then sleep 0.3; fi
"""
"""Give Caddy, whose admin API listens there, the configuration on standard input, once clients were asked to let go."""

UPSTREAMS = 'wget -q -O - "http://$1/reverse_proxy/upstreams"'
"""Ask Caddy, whose admin API listens there, how many requests are with which upstream."""
