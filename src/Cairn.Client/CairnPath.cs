using System.Globalization;

namespace Cairn.Client;

/// <summary>Addresses of the API, relative to where Cairn is.</summary>
public static class CairnPath
{
    /// <summary>A path of the API with the segments of a resource's path, each escaped.</summary>
    /// <param name="collection">Such as <c>configs</c>.</param>
    /// <param name="path">The resource's, with slashes.</param>
    /// <exception cref="ArgumentException">It would be another path of the API than that of this resource.</exception>
    public static string Resource(string collection, string path)
    {
        string[] segments = path.Trim('/').Split('/');
        if (segments.Any(segment => segment is "" or "." or ".."))
        {
            throw new ArgumentException(
                $"'{path}' is not a path: between slashes there is a name, and that is not '.' or '..'."
            );
        }

        return $"api/v1/{collection}/{string.Join('/', segments.Select(Uri.EscapeDataString))}";
    }

    /// <summary>A path with a query of those parameters that have a value and are not false.</summary>
    public static string Query(string path, params IEnumerable<(string Name, object? Value)> parameters)
    {
        string query = string.Join(
            '&',
            parameters
                .Where(parameter => parameter.Value is not (null or false))
                .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(Text(parameter.Value!))}")
        );
        return query.Length == 0 ? path : $"{path}?{query}";
    }

    private static string Text(object value) =>
        value is true ? "true" : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
