{{- define "cairn.labels" -}}
app.kubernetes.io/name: cairn
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Whether the records are in a file of one node. */}}
{{- define "cairn.isLocal" -}}
{{- if hasPrefix "sqlite:" .Values.store }}true{{ end -}}
{{- end -}}

{{/* Refuses what would lose data. */}}
{{- define "cairn.check" -}}
{{- if and (not .Values.store) (not .Values.storeInSecret) }}
{{- fail "store is empty: each pod would keep its records to itself and lose them when it goes. Set store to etcd://…, postgres://… or sqlite:/data/cairn.db, or storeInSecret=true when existingSecret has CAIRN_STORE." }}
{{- end }}
{{- if and .Values.store .Values.storeInSecret }}
{{- fail "store and storeInSecret are both set: say where the store's address is, once." }}
{{- end }}
{{- if include "cairn.isLocal" . }}
{{- if or .Values.autoscaling.enabled (ne (int .Values.replicas) 1) }}
{{- fail "sqlite: is for one node: set replicas=1 and autoscaling.enabled=false, or use etcd:// or postgres://." }}
{{- end }}
{{- end }}
{{- end -}}
