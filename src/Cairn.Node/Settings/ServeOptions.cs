namespace Cairn.Node.Settings;

/// <summary>How a Cairn program of its own is to run: the node, and what is around it.</summary>
public sealed class ServeOptions
{
    public CairnOptions Node { get; } = new();

    /// <summary>Addresses with scheme and port.</summary>
    public IReadOnlyList<string> Listen { get; set; } = ["http://127.0.0.1:8000"];

    /// <summary>A PEM file with the certificate and those it is signed with; null for no TLS.</summary>
    public string? TlsCertificate { get; set; }

    /// <summary>A PEM file with the certificate's private key.</summary>
    public string? TlsKey { get; set; }

    /// <summary>The oldest TLS version spoken: 1.2 or 1.3.</summary>
    public string TlsMinVersion { get; set; } = "1.3";

    /// <summary>What stands before the server.</summary>
    public ProxyOptions Proxy { get; } = new();

    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    /// <summary><c>text</c>, <c>json</c>, or <c>auto</c>: text on a terminal, JSON elsewhere.</summary>
    public string LogFormat { get; set; } = "auto";

    /// <summary>Whether the API's description is served.</summary>
    public bool Docs { get; set; } = true;
}
