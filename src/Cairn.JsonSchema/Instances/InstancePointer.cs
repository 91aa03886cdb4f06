using System.Text;
using Cairn.JsonSchema.Loading;

namespace Cairn.JsonSchema.Instances;

/// <summary>Where a token stands, as a JSON Pointer. Found by walking down from the root, only when asked.</summary>
static class InstancePointer
{
    public static string To(TapeView view, int token)
    {
        string pointer = "";
        int at = 0;
        while (at != token)
        {
            int end = view.At(at).Next;
            bool isObject = view.Kind(at) == TokenKind.Object;
            int child = at + 1;
            for (int index = 0; child < end; index++)
            {
                int value = isObject ? child + 1 : child;
                if (token < view.At(value).Next)
                {
                    pointer = isObject
                        ? JsonPointer.Append(pointer, Encoding.UTF8.GetString(view.Text(child)))
                        : JsonPointer.Append(pointer, index);
                    at = token == child ? token : value; // a name stands where its value does
                    break;
                }

                child = view.At(value).Next;
            }
        }

        return pointer;
    }
}
