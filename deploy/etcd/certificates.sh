#!/bin/sh
# Makes what etcd and Cairn need to know each other: an authority, a certificate for the members (as servers, and of each other),
# and one for Cairn's nodes as clients. Run again, it leaves what is there.
#   deploy/etcd/certificates.sh FOLDER [name or address of a member…]
# CLIENT_OWNER=UID gives the client's key to that user. Put the authority's key (ca.key) away afterwards: who has it can make clients.
set -eu
folder=${1:?usage: certificates.sh FOLDER [name or address of a member…]}
shift
[ $# -gt 0 ] || set -- etcd-0.etcd etcd-1.etcd etcd-2.etcd etcd-1 etcd-2 etcd-3 localhost 127.0.0.1
days=825
umask 077
mkdir -p "$folder"
cd "$folder"

names=
for name in "$@"; do
  case $name in
    *[!0-9.]*) names="$names,DNS:$name" ;;
    *) names="$names,IP:$name" ;;
  esac
done

if [ ! -f ca.crt ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=Cairn etcd authority" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" -keyout ca.key -out ca.crt 2>/dev/null
fi

# issue NAME SUBJECT EXTENSIONS
issue() {
  [ ! -f "$1.crt" ] || return 0
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n%s\n' "$3" > "$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days "$days" -extfile "$1.ext" -out "$1.crt" 2>/dev/null
  rm "$1.csr" "$1.ext"
}

issue server etcd "extendedKeyUsage=serverAuth,clientAuth
subjectAltName=${names#,}"
issue client cairn "extendedKeyUsage=clientAuth"
chmod 755 .
chmod 644 ca.crt server.crt client.crt
[ -z "${CLIENT_OWNER:-}" ] || chown "$CLIENT_OWNER" client.key
