{{- /* Where broker and database are, as environment. Passwords come from Secrets when a pod starts, never from a render. */ -}}

{{- define "medley.brokerHost" -}}
{{- if eq .Values.rabbitmq.mode "operator" -}}
{{ include "medley.name" (list . "broker") }}.{{ .Release.Namespace }}.svc
{{- else -}}
{{ include "medley.name" (list . "rabbitmq") }}.{{ .Release.Namespace }}.svc
{{- end -}}
{{- end -}}

{{- /* (name of the variable, Secret, key) */ -}}
{{- define "medley.secretEnv" -}}
- name: {{ index . 0 }}
  valueFrom: { secretKeyRef: { name: {{ index . 1 | quote }}, key: {{ index . 2 | quote }} } }
{{- end -}}

{{- /* User and password of the administrator, where the release has a broker of its own. */ -}}
{{- define "medley.brokerAdmin" -}}
{{- if eq .Values.rabbitmq.mode "operator" -}}
{{- $secret := printf "%s-default-user" (include "medley.name" (list . "broker")) -}}
{{ include "medley.secretEnv" (list "BROKER_USER" $secret "username") }}
{{ include "medley.secretEnv" (list "BROKER_PASSWORD" $secret "password") }}
{{- else -}}
- name: BROKER_USER
  value: medley
{{ include "medley.secretEnv" (list "BROKER_PASSWORD" (include "medley.brokerSecret" .) "password") }}
{{- end -}}
{{- end -}}

{{- define "medley.amqpEnv" -}}
{{- $external := .Values.rabbitmq.external -}}
{{- if eq .Values.rabbitmq.mode "external" -}}
{{ include "medley.secretEnv" (list "MEDLEY_AMQP_URL" $external.existingSecret $external.amqpUrlKey) }}
{{- else -}}
{{ include "medley.brokerAdmin" . }}
- name: MEDLEY_AMQP_URL
  value: amqp://$(BROKER_USER):$(BROKER_PASSWORD)@{{ include "medley.brokerHost" . }}:5672/{{ .Values.rabbitmq.vhost }}
{{- end }}
- name: MEDLEY_PREFIX
  value: {{ .Values.prefix | quote }}
{{- end -}}

{{- /* Whether the operator declares on the broker and keeps accounts there. Empty: no. */ -}}
{{- define "medley.managed" -}}
{{- if or (ne .Values.rabbitmq.mode "external") .Values.rabbitmq.external.managementUrlKey }}yes{{ end -}}
{{- end -}}

{{- /*
  (root, role): how the processes of a role reach the broker. Where the operator manages it, each role has an account of its own,
  made by the operator with the password of the Secret medley-ROLE-broker; until it is there, the processes wait for it.
*/ -}}
{{- define "medley.roleEnv" -}}
{{- $root := index . 0 -}}
{{- $role := index . 1 -}}
{{- $secret := printf "medley-%s-broker" $role -}}
{{- if not (include "medley.managed" $root) -}}
{{ include "medley.amqpEnv" $root }}
{{- else if eq $root.Values.rabbitmq.mode "external" -}}
{{ include "medley.secretEnv" (list "MEDLEY_AMQP_URL" $secret "url") }}
- name: MEDLEY_PREFIX
  value: {{ $root.Values.prefix | quote }}
- name: MEDLEY_DECLARE
  value: "false"
{{- else if not $root.Values.rabbitmq.provisionUsers -}}
{{ include "medley.amqpEnv" $root }}
- name: MEDLEY_DECLARE
  value: "false"
{{- else -}}
{{ include "medley.secretEnv" (list "BROKER_PASSWORD" $secret "password") }}
- name: MEDLEY_AMQP_URL
  value: amqp://{{ $root.Values.rabbitmq.vhost }}%3A{{ $root.Values.prefix }}.{{ $role }}:$(BROKER_PASSWORD)@{{ include "medley.brokerHost" $root }}:5672/{{ $root.Values.rabbitmq.vhost }}
- name: MEDLEY_PREFIX
  value: {{ $root.Values.prefix | quote }}
- name: MEDLEY_DECLARE
  value: "false"
{{- end -}}
{{- end -}}

{{- /* After medley.amqpEnv, whose variables it uses. */ -}}
{{- define "medley.managementEnv" -}}
{{- $external := .Values.rabbitmq.external -}}
{{- if not (include "medley.managed" .) -}}
{{- else if eq .Values.rabbitmq.mode "external" -}}
{{ include "medley.secretEnv" (list "MEDLEY_MANAGEMENT_URL" $external.existingSecret $external.managementUrlKey) }}
{{- else -}}
- name: MEDLEY_MANAGEMENT_URL
  value: http://$(BROKER_USER):$(BROKER_PASSWORD)@{{ include "medley.brokerHost" . }}:15672
{{- end }}
{{- end -}}

{{- define "medley.storeEnv" -}}
{{- if eq .Values.postgresql.mode "external" -}}
{{ include "medley.secretEnv" (list "MEDLEY_STORE" .Values.postgresql.external.existingSecret .Values.postgresql.external.urlKey) }}
{{- else -}}
{{ include "medley.secretEnv" (list "DATABASE_PASSWORD" (include "medley.databaseSecret" .) "password") }}
- name: MEDLEY_STORE
  value: postgres://medley:$(DATABASE_PASSWORD)@{{ include "medley.name" (list . "postgresql") }}.{{ .Release.Namespace }}.svc:5432/medley
{{- end -}}
{{- end -}}
