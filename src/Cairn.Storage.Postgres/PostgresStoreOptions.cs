using System.Globalization;
using System.Text.RegularExpressions;
using System.Web;
using Npgsql;

namespace Cairn.Storage.Postgres;

/// <summary>Where a PostgreSQL database is, and what a store may use of it.</summary>
public sealed partial record PostgresStoreOptions
{
    /// <summary>Npgsql's connection string. Several hosts may be named: the one that takes writes is used.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The schema that holds the tables; made when it is not there. Stores in different schemas do not see
    /// each other. Default <c>cairn</c>.</summary>
    public string Schema { get; init; } = "cairn";

    /// <summary>How long one read or one batch of commits may take, with all attempts. Default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections at the same time; one of them listens. Default 10.</summary>
    public int MaxConnections { get; init; } = 10;

    /// <summary>How long the database is left unasked when no notice comes. Default 1 s.</summary>
    public TimeSpan PollPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Recent change sets kept in memory for watchers; older ones are read from the table. Default
    /// 8192.</summary>
    public int WatchBuffer { get; init; } = 8192;

    /// <summary>The same limit in bytes of keys and values. Default 32 MiB.</summary>
    public long WatchBufferBytes { get; init; } = 32 << 20;

    /// <summary>Reads <c>postgres://[user[:password]@]host[:port][,host[:port]…]/database[?option=value…]</c>. Options:
    /// <c>schema</c>, <c>timeout</c> (seconds), <c>connections</c>, <c>sslmode</c>, <c>ca</c>, <c>cert</c> and
    /// <c>key</c> (files).</summary>
    /// <exception cref="StoreUnusableException">It is none; the message does not repeat the address, which may hold a
    /// password.</exception>
    public static PostgresStoreOptions Parse(string address)
    {
        var match = Address().Match(address);
        if (!match.Success)
            throw Malformed("its parts are not in that form");
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = match.Groups["hosts"].Value,
            Database = Uri.UnescapeDataString(match.Groups["database"].Value),
        };
        if (match.Groups["user"].Success)
            connection.Username = Uri.UnescapeDataString(match.Groups["user"].Value);
        if (match.Groups["password"].Success)
            connection.Password = Uri.UnescapeDataString(match.Groups["password"].Value);
        var options = new PostgresStoreOptions { ConnectionString = "" };
        var query = HttpUtility.ParseQueryString(match.Groups["query"].Value);
        foreach (string? name in query.AllKeys)
        {
            string value = query[name] ?? "";
            switch (name)
            {
                case "schema":
                    options = options with
                    {
                        Schema = SchemaName().IsMatch(value)
                            ? value
                            : throw Malformed(
                                "schema has lower-case letters, digits and underscores, and begins with a "
                                    + "letter: capitals would have to be quoted by everybody who looks at it"
                            ),
                    };
                    break;
                case "timeout":
                    options = options with { Timeout = TimeSpan.FromSeconds(Number(value, 1, 300)) };
                    break;
                case "connections":
                    options = options with { MaxConnections = Number(value, 3, 1000) };
                    break;
                case "sslmode":
                    connection.SslMode = Enum.TryParse<SslMode>(
                        value.Replace("-", "", StringComparison.Ordinal),
                        ignoreCase: true,
                        out var mode
                    )
                        ? mode
                        : throw Malformed("sslmode is disable, allow, prefer, require, verify-ca or verify-full");
                    break;
                case "ca":
                    connection.RootCertificate = value;
                    break;
                case "cert":
                    connection.SslCertificate = value;
                    break;
                case "key":
                    connection.SslKey = value;
                    break;
                default:
                    throw Malformed(
                        $"'{name}' is not an option; there are schema, timeout, connections, sslmode, ca, cert and key"
                    );
            }
        }

        return options with
        {
            ConnectionString = connection.ConnectionString,
        };

        static int Number(string text, int lowest, int highest) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number >= lowest
            && number <= highest
                ? number
                : throw Malformed($"'{text}' is not a whole number from {lowest} to {highest}");
    }

    /// <summary>A source of connections with what every one of them needs.</summary>
    internal NpgsqlDataSource DataSource()
    {
        int seconds = (int)Math.Ceiling(Timeout.TotalSeconds);
        var connection = new NpgsqlConnectionStringBuilder(ConnectionString)
        {
            ApplicationName = "cairn",
            MaxPoolSize = MaxConnections,
            Timeout = seconds,
            CommandTimeout = seconds,
            KeepAlive = seconds,
            MaxAutoPrepare = 32,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            // A node that hangs within a transaction must not hold up the others for longer than it may itself wait.
            Options = $"-c idle_in_transaction_session_timeout={seconds * 1000} -c tcp_user_timeout={seconds * 1000}",
        };
        // A server that broke off connections, or was a replica, may be the primary a moment later.
        connection.HostRecheckSeconds = connection.Host?.Contains(',') == true ? 1 : 0;
        var builder = new NpgsqlDataSourceBuilder(connection.ConnectionString);
        return builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary);
    }

    private static StoreUnusableException Malformed(string why) =>
        new(
            $"The address of the PostgreSQL store cannot be read: {why}. It is written "
                + "postgres://user:password@host:5432/database."
        );

    [GeneratedRegex(
        @"^postgres(?:ql)?://(?:(?<user>[^:@/]+)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/?@]+)/(?<database>[^?/]+)(?:\?(?<query>.*))?$"
    )]
    private static partial Regex Address();

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,40}$")]
    private static partial Regex SchemaName();
}
