using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cairn.Node.Settings;
using Cairn.Server.Observability;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Cairn.Server.Security;

/// <summary>The TLS certificate, read anew when its files change, so that renewing one takes no restart.</summary>
internal sealed class ServerCertificate : IDisposable
{
    private readonly string _certificate;
    private readonly string _key;
    private readonly ILogger _log;
    private readonly Timer _timer;
    private (DateTime Certificate, DateTime Key) _written;
    private volatile SslStreamCertificateContext _current;

    /// <summary>Reads the certificate.</summary>
    /// <exception cref="SettingException">It cannot be read, or the key is not its key.</exception>
    public ServerCertificate(string certificate, string key, ILogger log)
    {
        (_certificate, _key, _log) = (certificate, key, log);
        try
        {
            _written = Written();
            _current = Load();
        }
        catch (Exception e)
            when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SettingException($"The certificate {certificate} with the key {key} cannot be used: {e.Message}");
        }

        _timer = new Timer(_ => Refresh(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>What Kestrel is to offer on a connection.</summary>
    public TlsHandshakeCallbackOptions Callback(string minVersion) =>
        new()
        {
            OnConnection = _ =>
                ValueTask.FromResult(
                    new SslServerAuthenticationOptions
                    {
                        ServerCertificateContext = _current,
                        EnabledSslProtocols =
                            minVersion == "1.2" ? SslProtocols.Tls12 | SslProtocols.Tls13 : SslProtocols.Tls13,
                        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                    }
                ),
        };

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Refresh()
    {
        try
        {
            var written = Written();
            if (written == _written)
                return;
            _current = Load();
            _written = written;
            _log.CertificateReloaded(_current.TargetCertificate.NotAfter.ToUniversalTime());
        }
        catch (Exception e)
            when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Half written, or not both files yet: the next look will tell.
            _log.CertificateNotReloaded(e);
        }
    }

    private (DateTime, DateTime) Written() => (File.GetLastWriteTimeUtc(_certificate), File.GetLastWriteTimeUtc(_key));

    private SslStreamCertificateContext Load()
    {
        var certificate = X509Certificate2.CreateFromPemFile(_certificate, _key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_certificate);
        return SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }
}
