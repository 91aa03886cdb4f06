namespace Cairn.Benchmarks.JsonSchema;

/// <summary>A configuration document of about 1 KB and a schema as a careful owner would write it.</summary>
internal static class ConfigurationSample
{
    public const string Document = """
        {
          "service": "payments-api",
          "version": "2.14.3",
          "environment": "prod",
          "replicas": 6,
          "debug": false,
          "listen": { "host": "0.0.0.0", "port": 8443, "tls": true, "idle_timeout_seconds": 75.5 },
          "database": {
            "driver": "postgres",
            "hosts": ["db-1.internal", "db-2.internal", "db-3.internal"],
            "port": 5432,
            "name": "payments",
            "pool": { "min": 4, "max": 64, "acquire_timeout_ms": 2500 },
            "read_only": null
          },
          "features": { "refunds": true, "instant_payout": false, "fraud_score": true },
          "limits": [
            { "route": "/v1/charges", "per_minute": 600, "burst": 60 },
            { "route": "/v1/refunds", "per_minute": 120, "burst": 12 },
            { "route": "/v1/payouts", "per_minute": 30, "burst": 3 }
          ],
          "logging": { "level": "info", "format": "json", "sample_rate": 0.25, "fields": ["trace_id", "tenant", "route"] },
          "tags": { "team": "money-movement", "tier": "1", "cost-centre": "cc-1142" }
        }
        """;

    public const string Schema = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "required": ["service", "version", "environment", "listen", "database"],
          "additionalProperties": false,
          "properties": {
            "service": { "type": "string", "minLength": 1, "maxLength": 63 },
            "version": { "type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$" },
            "environment": { "enum": ["dev", "staging", "prod"] },
            "replicas": { "type": "integer", "minimum": 1, "maximum": 100 },
            "debug": { "type": "boolean" },
            "listen": {
              "type": "object",
              "required": ["host", "port"],
              "properties": {
                "host": { "type": "string" },
                "port": { "$ref": "#/$defs/port" },
                "tls": { "type": "boolean" },
                "idle_timeout_seconds": { "type": "number", "exclusiveMinimum": 0 }
              },
              "additionalProperties": false
            },
            "database": {
              "type": "object",
              "required": ["driver", "hosts", "name"],
              "properties": {
                "driver": { "enum": ["postgres", "mysql"] },
                "hosts": { "type": "array", "items": { "type": "string", "minLength": 1 }, "minItems": 1, "uniqueItems": true },
                "port": { "$ref": "#/$defs/port" },
                "name": { "type": "string" },
                "pool": {
                  "type": "object",
                  "properties": {
                    "min": { "type": "integer", "minimum": 0 },
                    "max": { "type": "integer", "minimum": 1 },
                    "acquire_timeout_ms": { "type": "integer", "multipleOf": 100 }
                  },
                  "additionalProperties": false
                },
                "read_only": { "type": ["boolean", "null"] }
              },
              "additionalProperties": false
            },
            "features": { "type": "object", "additionalProperties": { "type": "boolean" } },
            "limits": {
              "type": "array",
              "maxItems": 50,
              "items": {
                "type": "object",
                "required": ["route", "per_minute"],
                "properties": {
                  "route": { "type": "string", "pattern": "^/" },
                  "per_minute": { "type": "integer", "minimum": 1 },
                  "burst": { "type": "integer", "minimum": 0 }
                },
                "additionalProperties": false
              }
            },
            "logging": {
              "type": "object",
              "properties": {
                "level": { "enum": ["debug", "info", "warn", "error"] },
                "format": { "enum": ["json", "text"] },
                "sample_rate": { "type": "number", "minimum": 0, "maximum": 1 },
                "fields": { "type": "array", "items": { "type": "string" } }
              }
            },
            "tags": {
              "type": "object",
              "patternProperties": { "^[a-z][a-z0-9-]*$": { "type": "string", "maxLength": 64 } },
              "additionalProperties": false
            }
          },
          "$defs": { "port": { "type": "integer", "minimum": 1, "maximum": 65535 } }
        }
        """;
}
