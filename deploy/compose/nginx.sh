# Fills the shared configuration, as local/nginx.ts does, and becomes nginx.
set -eu
export ATES_NGINX_LISTEN=8080
export ATES_NGINX_WEB=/usr/share/nginx/html
export ATES_NGINX_MAPS=maps.conf ATES_NGINX_ROUTES=routes.conf
export ATES_NGINX_RATE="${ATES_RATE_LIMIT:-50}" ATES_NGINX_BURST=200
if [ "$ATES_NGINX_RATE" = 0 ]; then export ATES_NGINX_RATE=1000000 ATES_NGINX_BURST=1000000; fi
names=$(env | sed -n 's/^\(ATES_NGINX_[A-Z]*\)=.*/${\1}/p')
envsubst "$names" </etc/nginx/ates.conf.template >/tmp/ates.conf
exec nginx -p /etc/nginx/ -c nginx.conf -e stderr
