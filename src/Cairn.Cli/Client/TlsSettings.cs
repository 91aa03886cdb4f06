using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cairn.Cli.Output;

namespace Cairn.Cli.Client;

/// <summary>Whom a client trusts, and what it shows of itself, over TLS.</summary>
internal static class TlsSettings
{
    /// <exception cref="UsageException">A file is not there or holds something else.</exception>
    public static SslClientAuthenticationOptions Of(Profile profile)
    {
        var options = new SslClientAuthenticationOptions();
        if (profile.CaCert is { } authorities)
        {
            var trusted = new X509Certificate2Collection();
            Load(authorities, () => trusted.ImportFromPemFile(authorities));
            if (trusted.Count == 0)
                throw new UsageException($"There is no certificate in PEM in '{authorities}'.");
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
        }

        if (profile.ClientCert is { } file)
        {
            string key = profile.ClientKey ?? file;
            X509Certificate2? certificate = null;
            Load(file, () => certificate = X509Certificate2.CreateFromPemFile(file, key));
            options.ClientCertificates = [certificate!];
        }
        else if (profile.ClientKey is not null)
        {
            throw new UsageException("--client-key is the key of a certificate: name that with --client-cert.");
        }

        return options;
    }

    /// <summary>What to say of a connection that failed, and what to do about it.</summary>
    public static string Explain(HttpRequestException failure, Uri address)
    {
        string cause = (failure.InnerException?.InnerException ?? failure.InnerException ?? failure).Message.TrimEnd(
            '.'
        );
        switch (failure.HttpRequestError)
        {
            case HttpRequestError.SecureConnectionError:
                break;
            case HttpRequestError.ResponseEnded
            or HttpRequestError.InvalidResponse
            or HttpRequestError.HttpProtocolError:
                return $"{address} closes the connection in the middle of an answer, or does not speak HTTP. Is it "
                    + "https:// instead?";
            case HttpRequestError.ConfigurationLimitExceeded:
                return $"{address} answers with more than there is room for here";
            default:
                return failure.InnerException is IOException
                    ? $"The connection to {address} broke off: {cause}"
                    : $"{address} cannot be reached: {cause}";
        }

        return
            failure.InnerException is AuthenticationException
            && !cause.Contains("frame", StringComparison.OrdinalIgnoreCase)
            ? $"{address} cannot be trusted: {cause}. Where its certificate is from an authority of your own, "
                + "name that with --ca-cert FILE or CAIRN_CACERT"
            : $"{address} does not speak TLS: {cause}. Is it http:// instead?";
    }

    private static void Load(string file, Action load)
    {
        try
        {
            load();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"'{file}' cannot be used for TLS: {e.Message}");
        }
    }
}
