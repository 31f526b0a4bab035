{{- /* What Medley wants of a broker of its own, whoever runs it. */ -}}
{{- define "medley.rabbitmqConf" -}}
# Queue depths are looked at every second; five, as is usual, is late for scaling.
collect_statistics_interval = 1000
# What only a minority of the nodes sees is no broker.
cluster_partition_handling = pause_minority
queue_leader_locator = balanced
log.console.level = warning
{{- end -}}

{{- /* (root, ordinal) */ -}}
{{- define "medley.rabbitmqHost" -}}
{{- $root := index . 0 -}}
{{ include "medley.name" (list $root "rabbitmq") }}-{{ index . 1 }}.{{ include "medley.name" (list $root "rabbitmq-nodes") }}.{{ $root.Release.Namespace }}.svc
{{- end -}}
