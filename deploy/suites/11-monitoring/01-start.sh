# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
need prometheus:prometheus promtool:prometheus || die "Prometheus cannot be installed"
appliance_init
# A program of its own, which can be taken away.
[ -e "$run/clamd" ] || cp "$(command -v clamd)" "$run/clamd"
echo "engine.binary = \"$run/clamd\"" >>"$run/appliance/appliance.conf"
appliance_start
guest_enrol guest1 && guest1=$mounted
{ eicar && echo " "; } >"$guest1/bad"
guest_start guest1

free_port && prometheus_port=$REPLY
mkdir "$run/prometheus"
sed -E 's/^( +for:) 1m/\1 2s/' "$root/deploy/monitoring/alerts.yml" >"$run/prometheus/alerts.yml"
sed -E "s/127.0.0.1:7311/127.0.0.1:$admin_port/; s/(_interval:) .*/\1 1s/" "$root/deploy/monitoring/prometheus.yml" >"$run/prometheus/prometheus.yml"
run_start prometheus 280 prometheus --config.file="$run/prometheus/prometheus.yml" --storage.tsdb.path="$run/prometheus/data" \
  --web.listen-address="127.0.0.1:$prometheus_port" --log.level=warn

ask_prometheus() { # QUERY
  curl -sS --max-time 5 -G --data-urlencode "query=$1" "http://127.0.0.1:$prometheus_port/api/v1/query"
}
has() { ask_prometheus "$1" | grep -q '"value":'; }
fires() { has "ALERTS{alertname=\"$1\",alertstate=\"firing\"}"; }
fires_not() { ask_prometheus "ALERTS{alertname=\"$1\",alertstate=\"firing\"}" | grep -q '"result":\[\]'; }

expect "the appliance's figures" wait_for 30 has 'lazaret_engine_ready{job="lazaret"} == 1'
expect "one guest connected" wait_for 15 has 'lazaret_guests{tenant="default",state="connected"} == 1'

expect "a bounded number of series" has 'scrape_samples_scraped{job="lazaret"} < 2000'
expect "a scrape within a second" has 'scrape_duration_seconds{job="lazaret"} < 1'

queries=0
while IFS= read -r query; do
  query=${query//\\\"/\"} query=${query//\$__rate_interval/1m} query=${query//\$instance/.+} query=${query//\$tenant/.+}
  ask_prometheus "$query" | grep -q '"status":"success"' || die "not understood: $query: $(ask_prometheus "$query")"
  queries=$((queries + 1))
done < <(sed -nE 's/^ *"expr": "(.*)",?$/\1/p' "$root"/deploy/monitoring/dashboards/*.json)
expect "all queries of the dashboards" [ "$queries" -gt 60 ]
expect "no engine alert" fires_not LazaretEngineBlind
nothing_fires() { ! ask_prometheus 'ALERTS{alertstate="firing"}' | grep -o '"alertname":"[A-Za-z]*"'; }
expect "no alert that fires" nothing_fires
