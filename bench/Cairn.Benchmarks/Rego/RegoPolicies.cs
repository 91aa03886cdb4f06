using System.Globalization;
using System.Text;

namespace Cairn.Benchmarks.Rego;

/// <summary>The policies and documents of the benchmarks.</summary>
internal static class RegoPolicies
{
    public const string Rbac = """
        package app.rbac

        default allow := false

        allow if user_is_admin

        allow if {
            some grant in user_is_granted
            input.action == grant.action
            input.type == grant.type
        }

        user_is_admin if "admin" in data.user_roles[input.user]

        user_is_granted contains grant if {
            some role in data.user_roles[input.user]
            some grant in data.role_grants[role]
        }
        """;

    public const string RbacData = """
        {
          "user_roles": {"alice": ["admin"], "bob": ["employee", "billing"], "eve": ["customer"]},
          "role_grants": {
            "customer": [
              {"action": "read", "type": "dog"}, {"action": "read", "type": "cat"},
              {"action": "adopt", "type": "dog"}, {"action": "adopt", "type": "cat"}
            ],
            "employee": [
              {"action": "read", "type": "dog"}, {"action": "read", "type": "cat"},
              {"action": "update", "type": "dog"}, {"action": "update", "type": "cat"}
            ],
            "billing": [{"action": "read", "type": "finance"}, {"action": "update", "type": "finance"}]
          }
        }
        """;

    public const string RbacInput = """{"user": "bob", "action": "read", "object": "id123", "type": "dog"}""";

    public const string Abac = """
        package app.abac

        default allow := false

        allow if user_is_owner

        allow if {
            user_is_employee
            action_is_read
        }

        allow if {
            user_is_employee
            user_is_senior
            action_is_update
        }

        user_is_owner if data.user_attributes[input.user].title == "owner"

        user_is_employee if data.user_attributes[input.user].title == "employee"

        user_is_senior if data.user_attributes[input.user].tenure > 8

        action_is_read if input.action == "read"

        action_is_update if input.action == "update"
        """;

    public const string AbacData = """
        {"user_attributes": {
          "alice": {"tenure": 20, "title": "owner"}, "bob": {"tenure": 15, "title": "employee"},
          "eve": {"tenure": 5, "title": "employee"}, "dave": {"tenure": 3, "title": "customer"}
        }}
        """;

    public const string AbacInput = """{"user": "bob", "action": "update", "resource": "dog123"}""";

    public const string Admission = """
        package kubernetes.admission

        deny contains msg if {
            input.request.kind.kind == "Pod"
            some container in input.request.object.spec.containers
            not startswith(container.image, "registry.example.com/")
            msg := sprintf("image '%s' comes from an untrusted registry", [container.image])
        }

        deny contains msg if {
            some container in input.request.object.spec.containers
            container.securityContext.privileged == true
            msg := sprintf("container '%s' is privileged", [container.name])
        }

        deny contains msg if {
            some label in {"app", "team", "cost-centre"}
            not input.request.object.metadata.labels[label]
            msg := sprintf("label '%s' is missing", [label])
        }
        """;

    public const string Comprehension = """
        package heavy

        numbers_list := numbers.range(1, 316)

        pairs := count([1 | some x in numbers_list; some y in numbers_list; x < y])
        """;

    public static string Iam(int rules)
    {
        var text = new StringBuilder("package iam\n\ndefault allow := false\n");
        for (int i = 0; i < rules; i++)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $$"""

                allow if {
                    input.principal == "user-{{i}}"
                    input.action in {"s3:Get{{i}}", "s3:Put{{i}}"}
                    startswith(input.resource, "bucket-{{i}}")
                }

                """
            );
        }

        return text.ToString();
    }

    public static string Pod(int containers)
    {
        var text = new StringBuilder(
            """{"request":{"kind":{"kind":"Pod"},"object":{"metadata":{"labels":{"app":"shop","team":"a"}},"spec":{"containers":["""
        );
        for (int i = 0; i < containers; i++)
        {
            text.Append(i == 0 ? "" : ",")
                .Append(
                    CultureInfo.InvariantCulture,
                    $$"""{"name":"c{{i}}","image":"{{(i % 10 == 0 ? "docker.io" : "registry.example.com")}}/app:{{i}}","securityContext":{"privileged":{{(i == 7 ? "true" : "false")}}},"ports":[{"containerPort":{{8000 + i}}}]}"""
                );
        }

        return text.Append("]}}}}").ToString();
    }
}
