using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cairn.Storage.Etcd.Grpc;

namespace Cairn.Storage.Etcd;

/// <summary>One member's client address, and how it did lately.</summary>
internal sealed class Endpoint(string authority, GrpcChannel channel) : IDisposable
{
    private CancellationTokenSource _broken = new();
    private int _failures;
    private long _avoidUntil;

    public string Authority { get; } = authority;

    public GrpcChannel Channel { get; } = channel;

    /// <summary>Cancelled when a call to it fails: a stream that is open may be as dead, and say nothing.</summary>
    public CancellationToken Broken => Volatile.Read(ref _broken).Token;

    /// <summary>When it may be tried again, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long AvoidUntil => Volatile.Read(ref _avoidUntil);

    public void Succeeded()
    {
        if (Volatile.Read(ref _failures) != 0)
            Volatile.Write(ref _failures, 0);
    }

    /// <summary>Keeps it out of the way for a while: 100 ms, doubled with each failure in a row up to 5 s.</summary>
    public void Failed()
    {
        int failures = Math.Min(Interlocked.Increment(ref _failures), 7);
        Volatile.Write(ref _avoidUntil, Environment.TickCount64 + Math.Min(5_000, 50L << failures));
        using var broken = Interlocked.Exchange(ref _broken, new CancellationTokenSource());
        broken.Cancel();
    }

    public void Dispose()
    {
        Channel.Dispose();
        _broken.Dispose();
    }
}

/// <summary>All members' addresses: the one in use, and whom to turn to when it fails.</summary>
internal sealed class EndpointPool : IDisposable
{
    private readonly Endpoint[] _endpoints;
    private int _current;

    /// <exception cref="StoreUnusableException">A certificate cannot be read.</exception>
    public EndpointPool(EtcdStoreOptions options)
    {
        var tls = options.Tls ? TlsOptions(options) : null;
        var connectTimeout = TimeSpan.FromSeconds(Math.Min(2, options.Timeout.TotalSeconds));
        _endpoints =
        [
            .. options.Endpoints.Select(authority => new Endpoint(
                authority,
                new GrpcChannel(new Uri($"{(tls is null ? "http" : "https")}://{authority}"), tls, connectTimeout)
            )),
        ];
        // Nodes spread over the members.
        _current = Random.Shared.Next(_endpoints.Length);
    }

    public IReadOnlyList<Endpoint> All => _endpoints;

    /// <summary>The one in use; another when that one is being avoided, and the one avoided least when all
    /// are.</summary>
    public Endpoint Pick()
    {
        int current = Volatile.Read(ref _current);
        long now = Environment.TickCount64;
        int best = current;
        for (int i = 0; i < _endpoints.Length; i++)
        {
            int candidate = (current + i) % _endpoints.Length;
            if (_endpoints[candidate].AvoidUntil <= now)
            {
                best = candidate;
                break;
            }
            if (_endpoints[candidate].AvoidUntil < _endpoints[best].AvoidUntil)
                best = candidate;
        }
        if (best != current)
            Interlocked.CompareExchange(ref _current, best, current);
        return _endpoints[best];
    }

    public void Dispose()
    {
        foreach (var endpoint in _endpoints)
            endpoint.Dispose();
    }

    private static SslClientAuthenticationOptions TlsOptions(EtcdStoreOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        try
        {
            if (options.CertificateAuthority is { } authority)
            {
                var trusted = new X509Certificate2Collection();
                trusted.ImportFromPemFile(authority);
                tls.CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                };
                tls.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
            }

            if (options.Certificate is { } certificate)
                tls.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, options.CertificateKey)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StoreUnusableException($"A certificate for etcd cannot be read: {e.Message}", e);
        }

        return tls;
    }
}
