using Cairn.Server;
using Cairn.Server.Settings;
var env = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string)e.Value!);
var (options, _) = EffectiveSettings.Load(new Dictionary<string,string>(), env, null);
options.Node.OnAdminKeyCreated = key => Console.WriteLine("admin key: " + key);
var app = CairnProgram.Build(options);
await app.RunAsync();
