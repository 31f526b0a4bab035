{{- /* What the schema can't see: values that do not go together, each with a sentence. All at once. */ -}}
{{- define "medley.checks" -}}
{{- $faults := list -}}
{{- $rabbitmq := .Values.rabbitmq -}}
{{- $postgresql := .Values.postgresql -}}
{{- $gateway := .Values.gateway -}}
{{- if and (eq $rabbitmq.mode "external") (not $rabbitmq.external.existingSecret) -}}
{{- $faults = append $faults "rabbitmq.mode is external, so rabbitmq.external.existingSecret must name the Secret that holds its addresses." -}}
{{- end -}}
{{- if and (ne $rabbitmq.mode "external") $rabbitmq.external.existingSecret -}}
{{- $faults = append $faults (printf "rabbitmq.external.existingSecret is set, but rabbitmq.mode is %s: set it to external, or leave the Secret out." $rabbitmq.mode) -}}
{{- end -}}
{{- if and (ne $rabbitmq.mode "internal") $rabbitmq.internal.existingSecret -}}
{{- $faults = append $faults (printf "rabbitmq.internal.existingSecret is set, but rabbitmq.mode is %s, which has no use for it." $rabbitmq.mode) -}}
{{- end -}}
{{- if and (eq $postgresql.mode "external") (not $postgresql.external.existingSecret) -}}
{{- $faults = append $faults "postgresql.mode is external, so postgresql.external.existingSecret must name the Secret that holds its address." -}}
{{- end -}}
{{- if and (ne $postgresql.mode "external") $postgresql.external.existingSecret -}}
{{- $faults = append $faults (printf "postgresql.external.existingSecret is set, but postgresql.mode is %s: set it to external, or leave the Secret out." $postgresql.mode) -}}
{{- end -}}
{{- if and $gateway.service.nodePort (eq $gateway.service.type "ClusterIP") -}}
{{- $faults = append $faults "gateway.service.nodePort is set, but gateway.service.type is ClusterIP, which opens no port on nodes: set it to NodePort." -}}
{{- end -}}
{{- if and $gateway.service.nodePort (lt (int $gateway.service.nodePort) 30000) -}}
{{- $faults = append $faults (printf "gateway.service.nodePort is %d: nodes have 30000 to 32767 for this, or 0 to let the cluster choose." (int $gateway.service.nodePort)) -}}
{{- end -}}
{{- if and $gateway.httpRoute.enabled (not $gateway.httpRoute.parents) -}}
{{- $faults = append $faults "gateway.httpRoute is enabled, but gateway.httpRoute.parents names no Gateway to hang it on." -}}
{{- end -}}
{{- if and .Values.networkPolicy.brokerClients (eq $rabbitmq.mode "external") -}}
{{- $faults = append $faults "networkPolicy.brokerClients is set, but rabbitmq.mode is external: this release has no broker to let anybody to." -}}
{{- end -}}
{{- if and .Values.networkPolicy.databaseClients (eq $postgresql.mode "external") -}}
{{- $faults = append $faults "networkPolicy.databaseClients is set, but postgresql.mode is external: this release has no database to let anybody to." -}}
{{- end -}}
{{- $secret := list "BROKER_USER" "BROKER_PASSWORD" "DATABASE_PASSWORD" -}}
{{- $served := concat (list "MEDLEY_AMQP_URL" "MEDLEY_STORE" "MEDLEY_PREFIX" "MEDLEY_DECLARE" "MEDLEY_PLANS" "MEDLEY_OPS_PORT") $secret -}}
{{- $reserved := dict "gateway" (append $served "PORT") "aggregator" $served "operator" (concat (list "MEDLEY_AMQP_URL" "MEDLEY_MANAGEMENT_URL" "MEDLEY_PREFIX" "MEDLEY_OPS_PORT" "POD_NAME" "POD_NAMESPACE") $secret) "trainer" (append $secret "MEDLEY_STORE") -}}
{{- range $role, $names := $reserved -}}
{{- range $name := $names -}}
{{- if hasKey (index $.Values $role).env $name -}}
{{- $faults = append $faults (printf "%s.env.%s can't be set: the chart sets it by other values." $role $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $needed := add (mul 10 (add $gateway.replicas 1 .Values.aggregator.replicas 1)) 5 -}}
{{- if and (eq $postgresql.mode "internal") (lt (int $postgresql.internal.maxConnections) (int $needed)) -}}
{{- $faults = append $faults (printf "postgresql.internal.maxConnections is %d, but %d gateways, %d aggregators, a trainer and one of each in a rollout need %d." (int $postgresql.internal.maxConnections) (int $gateway.replicas) (int .Values.aggregator.replicas) (int $needed)) -}}
{{- end -}}
{{- if and .Values.webflix.demoData (not .Values.webflix.enabled) -}}
{{- $faults = append $faults "webflix.demoData is true, but webflix.enabled is false: set webflix.demoData to false as well." -}}
{{- end -}}
{{- if gt (len .Release.Name) 40 -}}
{{- $faults = append $faults (printf "The release's name has %d characters; names of objects leave room for 40." (len .Release.Name)) -}}
{{- end -}}
{{- if $faults -}}
{{- fail (printf "\n\nThese values do not go together:\n  - %s\n" (join "\n  - " $faults)) -}}
{{- end -}}
{{- end -}}
