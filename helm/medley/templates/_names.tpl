{{- /* What objects are called, and the labels that find them. */ -}}
{{- define "medley.fullname" -}}
{{- if contains "medley" .Release.Name -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{- else -}}{{ printf "%s-medley" .Release.Name | trunc 40 | trimSuffix "-" }}{{- end -}}
{{- end -}}

{{- /* (root, component) */ -}}
{{- define "medley.name" -}}
{{ include "medley.fullname" (index . 0) }}-{{ index . 1 }}
{{- end -}}

{{- define "medley.selector" -}}
app.kubernetes.io/name: medley
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- /* The pods of the broker. Those of a RabbitmqCluster carry its name: the cluster operator finds them by that, so it can't be ours. */ -}}
{{- define "medley.brokerSelector" -}}
{{- if eq .Values.rabbitmq.mode "operator" -}}
app.kubernetes.io/name: {{ include "medley.name" (list . "broker") }}
app.kubernetes.io/component: rabbitmq
{{- else -}}
{{ include "medley.selector" (list . "rabbitmq") }}
{{- end -}}
{{- end -}}

{{- define "medley.labels" -}}
{{ include "medley.selector" . }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "medley.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end -}}

{{- define "medley.brokerSecret" -}}
{{- .Values.rabbitmq.internal.existingSecret | default (include "medley.name" (list . "broker")) -}}
{{- end -}}

{{- define "medley.databaseSecret" -}}
{{- .Values.postgresql.internal.existingSecret | default (include "medley.name" (list . "database")) -}}
{{- end -}}
