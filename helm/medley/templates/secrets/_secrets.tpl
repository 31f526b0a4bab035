{{- /*
  Secrets this release needs and nobody brought: by name, each key with how it is made. No template makes a secret: a second
  render would make another. A Job makes what is missing, and never touches what is there.
*/ -}}
{{- define "medley.madeSecrets" -}}
{{- $made := dict -}}
{{- if and (eq .Values.rabbitmq.mode "internal") (not .Values.rabbitmq.internal.existingSecret) -}}
{{- $_ := set $made (include "medley.brokerSecret" .) (list "password" "erlang-cookie") -}}
{{- end -}}
{{- if and (eq .Values.postgresql.mode "internal") (not .Values.postgresql.internal.existingSecret) -}}
{{- $_ := set $made (include "medley.databaseSecret" .) (list "password") -}}
{{- end -}}
{{- if and (include "medley.managed" .) .Values.rabbitmq.provisionUsers (ne .Values.rabbitmq.mode "external") -}}
{{- range list "gateway" "aggregator" -}}
{{- $_ := set $made (printf "medley-%s-broker" .) (list "password") -}}
{{- end -}}
{{- end -}}
{{- toJson $made -}}
{{- end -}}
